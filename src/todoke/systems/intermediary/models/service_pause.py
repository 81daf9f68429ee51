"""計画停止: when this municipality's intermediary takes no messages, told beforehand."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import SAFEGUARDS, years


class ServicePause(models.Model):
    """A planned pause; ended early by moving its end. The reason is shown to the city."""

    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.TextField()
    planned_by = models.TextField()
    planned_at = models.DateTimeField()

    privacy = Privacy(
        open="id begins_at ends_at reason planned_by planned_at",
        keep=years(1, since="ends_at", law=SAFEGUARDS),
    )

    class Meta:
        db_table = "intermediary_service_pause"
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("begins_at")), name="pause_ends_after_begin"),
            models.CheckConstraint(condition=~Q(reason=""), name="pause_has_a_reason"),
        ]
