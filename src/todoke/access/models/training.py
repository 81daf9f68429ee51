"""研修の受講記録: rights pause when the last one lies too far back (PIA III.3 リスク3)."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent


class Training(models.Model):
    """One person attended one training. Append-only."""

    staff = models.ForeignKey("access.Staff", on_delete=models.PROTECT)
    kind = models.TextField()
    held_on = models.DateField()
    recorded_by = models.TextField()
    recorded_at = models.DateTimeField()

    privacy = Privacy(
        open="id staff kind held_on recorded_by recorded_at",
        keep=with_parent("staff"),
    )

    class Meta:
        db_table = "access_training"
        constraints = [
            models.UniqueConstraint(fields=["staff", "kind", "held_on"], name="training_once_a_day")
        ]
