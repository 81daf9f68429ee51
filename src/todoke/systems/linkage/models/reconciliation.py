"""正本と副本の照合: one comparison of digests with the intermediary."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, years


class Reconciliation(models.Model):
    """What both sides held and how they differed, in numbers. `sent`, `received`: bytes of the messages' bodies."""

    begun_at = models.DateTimeField()
    begun_by = models.TextField()
    finished_at = models.DateTimeField()
    ours = models.IntegerField()
    theirs = models.IntegerField()
    missing = models.IntegerField()
    surplus = models.IntegerField()
    different = models.IntegerField()
    stale = models.IntegerField()
    messages = models.IntegerField()
    sent = models.BigIntegerField()
    received = models.BigIntegerField()

    privacy = Privacy(
        open=(
            "id begun_at begun_by finished_at ours theirs missing surplus different stale messages sent received"
        ),
        keep=years(1, since="finished_at", law=NO_LONGER_NEEDED),
    )
