"""情報提供等記録 (ExchangeRecord) of the network's side (番号法23条3項)."""

from __future__ import annotations

from django.db import models

from todoke.contracts.exchange_records import AFTER_ASKED
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import EXCHANGES, years


class ExchangeRecord(models.Model):
    """One permit that was issued. Append-only, but `outcome` and `provided_at` move forward (trigger).

    `record_id` is the inquirer's and never used twice by it.
    """

    permit_id = models.TextField(primary_key=True)
    record_id = models.TextField()
    inquirer = models.TextField()
    provider = models.TextField()
    duty = models.TextField()
    procedure = models.TextField()
    information_code = models.TextField()
    requested_at = models.DateTimeField()
    outcome = models.TextField()
    provided_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "permit_id record_id inquirer provider duty procedure information_code requested_at "
            "outcome provided_at"
        ),
        keep=years(7, since="requested_at", law=EXCHANGES),
    )

    class Meta:
        db_table = "network_exchange_record"
        constraints = [
            models.UniqueConstraint(fields=["inquirer", "record_id"], name="network_record_once"),
            models.CheckConstraint(
                condition=models.Q(outcome="asked", provided_at__isnull=True)
                | models.Q(outcome__in=AFTER_ASKED, provided_at__isnull=False),
                name="network_record_time",
            ),
        ]
        indexes = [models.Index(fields=["requested_at"], name="network_record_asked")]
