"""情報提供等記録 (ExchangeRecord) of this municipality, as inquirer and as provider (番号法23条1項)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.contracts.exchange_records import AFTER_ASKED
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import EXCHANGES, years


class ExchangeRecord(models.Model):
    """One permitted exchange. Append-only, but `outcome` and `provided_at` move forward (trigger)."""

    permit_id = models.TextField()
    side = models.TextField()
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
            "id permit_id side inquirer provider duty procedure information_code requested_at "
            "outcome provided_at"
        ),
        keep=years(7, since="requested_at", law=EXCHANGES),
    )

    class Meta:
        db_table = "intermediary_exchange_record"
        constraints = [
            models.UniqueConstraint(fields=["permit_id", "side"], name="exchange_record_once"),
            models.CheckConstraint(
                condition=Q(outcome="asked", provided_at__isnull=True)
                | Q(outcome__in=AFTER_ASKED, provided_at__isnull=False),
                name="exchange_record_time",
            ),
        ]
