"""記録の突合 with the network: how far it came, so that one that was stopped goes on."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.contracts.exchange_records import Side
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import SAFEGUARDS, years


class RecordComparison(models.Model):
    """One round of one side: every permit above `after` was shown up to `reached`; it ends at `through`."""

    side = models.TextField(choices=[(side.value, side.name) for side in Side])
    after = models.TextField()
    reached = models.TextField()
    through = models.TextField()
    compared = models.IntegerField(default=0)
    differing = models.IntegerField(default=0)
    unsettled = models.IntegerField(default=0)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="id side after reached through compared differing unsettled begun_at ended_at",
        keep=years(1, since="begun_at", law=SAFEGUARDS),
    )

    class Meta:
        db_table = "intermediary_record_comparison"
        constraints = [
            models.UniqueConstraint(
                fields=["side"], name="record_comparison_one_open", condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(reached__gte=models.F("after")), name="record_comparison_goes_forward"
            ),
        ]
