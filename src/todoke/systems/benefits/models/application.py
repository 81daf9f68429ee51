"""Forms that came back (受付): one accepted per case, whatever the route; a second one is kept as refused."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, years


class Application(models.Model):
    """A returned 確認書 as it was keyed in. Append-only. `refusal` is empty for the one that counts.

    `letter`: the お知らせ that nobody answered; then the account is the known one (trigger).
    """

    ACCEPTED, DUPLICATE, NO_CASE = "", "duplicate", "no_case"

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme"
    )
    case = models.ForeignKey("benefits.Case", on_delete=models.PROTECT, null=True)
    household_key = models.TextField()
    received_on = models.DateField()
    route = models.TextField()
    declines = models.BooleanField()
    declared_supporter_taxed = models.BooleanField(null=True)
    bank_code = models.TextField()
    branch_code = models.TextField()
    account_type = models.TextField()
    account_number = models.TextField()
    account_holder_kana = models.TextField()
    refusal = models.TextField(choices=[(ACCEPTED, "受付"), (DUPLICATE, "重複"), (NO_CASE, "対象世帯なし")])
    letter = models.OneToOneField("benefits.Letter", on_delete=models.PROTECT, null=True)
    source_sha256 = models.TextField()
    source_row = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    received_by = models.TextField()

    privacy = Privacy(
        open=(
            "id programme case received_on route refusal letter source_sha256 source_row received_at received_by"
        ),
        personal=(
            "household_key declines declared_supporter_taxed bank_code branch_code account_type "
            "account_number account_holder_kana"
        ),
        keep=years(5, since="received_at", law=CLAIMS, parent="case"),
    )

    class Meta:
        db_table = "benefits_application"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(refusal=""), name="application_once_per_case"
            ),
            models.UniqueConstraint(fields=["source_sha256", "source_row"], name="application_row_once"),
            models.CheckConstraint(
                condition=Q(refusal="no_case", case__isnull=True)
                | Q(refusal__in=["", "duplicate"], case__isnull=False),
                name="application_refusal_known",
            ),
            models.UniqueConstraint(fields=["id", "case"], name="application_case_key"),
        ]
