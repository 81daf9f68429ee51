"""警報: what a person must look into, such as one ID at two terminals (共用IDの疑い)."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import SAFEGUARDS, years


class Alarm(models.Model):
    """Something is wrong with an ID. Append-only; looking into it is an entry of the log."""

    at = models.DateTimeField()
    kind = models.TextField()
    staff_id = models.TextField()
    terminal = models.TextField()
    detail = models.TextField()

    privacy = Privacy(
        open="id at kind staff_id terminal",
        personal="detail",
        keep=years(7, since="at", law=SAFEGUARDS),
    )

    class Meta:
        db_table = "access_alarm"
        indexes = [models.Index(fields=["at"], name="alarm_at")]
