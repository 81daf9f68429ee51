"""続けて誤った回数: failed tries per ID, also for IDs that nobody has (so that they look the same)."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import SAFEGUARDS, years


class Attempts(models.Model):
    """Failures of one kind of check since the last success or an administrator's reset."""

    staff_id = models.TextField()
    kind = models.TextField()
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    privacy = Privacy(
        open="id kind failures last_at",
        personal="staff_id",
        keep=years(1, since="last_at", law=SAFEGUARDS),
    )

    class Meta:
        db_table = "access_attempts"
        constraints = [models.UniqueConstraint(fields=["staff_id", "kind"], name="attempts_per_id_and_kind")]
