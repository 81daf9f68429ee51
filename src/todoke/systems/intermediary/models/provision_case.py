"""情報提供の要求: one permit that reached this provider, used once, and how it was answered."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import EXCHANGES, years


class ProvisionCase(models.Model):
    """The primary key is what makes a permit single-use. `route` is the only party the answer may go to.

    `integrated_number` is empty when no person here has the 符号; `permit_edition` is the list edition that the
    network had checked; `provider` is which of our organisations was asked. `expires_at` grows only by a renewal that
    the network signed (trigger).
    """

    permit_id = models.TextField(primary_key=True)
    record_id = models.TextField()
    inquirer = models.TextField()
    provider = models.TextField()
    route = models.TextField()
    duty = models.TextField()
    procedure = models.TextField()
    information_code = models.TextField()
    permit_edition = models.IntegerField()
    integrated_number = models.TextField(null=True)
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    received_at = models.DateTimeField()
    outcome = models.TextField()
    error = models.TextField(default="")
    provided_at = models.DateTimeField()

    privacy = Privacy(
        open=(
            "permit_id record_id inquirer provider route duty procedure information_code permit_edition "
            "requested_at expires_at received_at outcome error provided_at"
        ),
        specific="integrated_number",
        keep=years(7, since="received_at", law=EXCHANGES),
    )

    class Meta:
        db_table = "intermediary_provision_case"
        constraints = [
            models.CheckConstraint(
                condition=(Q(outcome="refused") & ~Q(error=""))
                | Q(outcome__in=["answered", "no_record", "held", "release_refused"], error=""),
                name="case_refusal_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["answered", "held"]) | Q(integrated_number__isnull=False),
                name="case_answer_has_person",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=["answered", "no_record"]) | Q(provided_at__lt=F("expires_at")),
                name="case_answer_under_live_permit",
            ),
        ]
        indexes = [models.Index(fields=["received_at"], name="case_held", condition=Q(outcome="held"))]
