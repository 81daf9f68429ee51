"""Forms that came back (受付): one accepted per case, whatever the route; a second one is kept as refused."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, years
from todoke.systems.benefits.rules.intake.form_entry import PROXIES


class Application(models.Model):
    """A returned 確認書 as it was keyed in. Append-only. `refusal` is empty for the one that counts.

    `letter`: the お知らせ that nobody answered; then the account is the known one (trigger).
    `entry`: the last keying of a sheet, with which at least one other agreed or which settled their difference (trigger).
    `correction`: 0 for the form, then one more for each 補正 that `replaces` the one before; the highest counts.
    `account_attached` is null where nothing is to be proved: the account was known before.
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
    entry = models.OneToOneField("benefits.FormEntry", on_delete=models.PROTECT, null=True)
    proxy = models.TextField(db_default="", blank=True)
    identity_attached = models.BooleanField(null=True)
    account_attached = models.BooleanField(null=True)
    correction = models.PositiveSmallIntegerField(db_default=0)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True)
    source_sha256 = models.TextField()
    source_row = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    received_by = models.TextField()

    privacy = Privacy(
        open=(
            "id programme case received_on route refusal letter entry correction replaces source_sha256 source_row received_at"
            " received_by"
        ),
        personal=(
            "household_key declines declared_supporter_taxed bank_code branch_code account_type "
            "account_number account_holder_kana proxy identity_attached account_attached"
        ),
        keep=years(5, since="received_at", law=CLAIMS, parent="case"),
    )

    class Meta:
        db_table = "benefits_application"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "correction"], condition=Q(refusal=""), name="application_once_per_case"
            ),
            models.CheckConstraint(
                condition=Q(correction=0, replaces__isnull=True)
                | Q(correction__gt=0, replaces__isnull=False, entry__isnull=False, refusal=""),
                name="application_correction_replaces",
            ),
            models.CheckConstraint(
                condition=Q(proxy__in=list(PROXIES.values())), name="application_proxy_known"
            ),
            models.UniqueConstraint(fields=["source_sha256", "source_row"], name="application_row_once"),
            models.CheckConstraint(
                condition=Q(refusal="no_case", case__isnull=True)
                | Q(refusal__in=["", "duplicate"], case__isnull=False),
                name="application_refusal_known",
            ),
            models.UniqueConstraint(fields=["id", "case"], name="application_case_key"),
        ]
