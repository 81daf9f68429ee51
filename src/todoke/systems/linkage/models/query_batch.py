"""Batches of queries (照会依頼)."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, years


class QueryBatch(models.Model):
    """One submitted batch, with a receipt per query; `send_attempts` makes the keys of its messages."""

    batch_id = models.TextField(primary_key=True)
    submitted_at = models.DateTimeField()
    submitted_by = models.TextField()
    send_attempts = models.IntegerField(db_default=0)

    privacy = Privacy(
        open="batch_id submitted_at submitted_by send_attempts",
        keep=years(1, since="submitted_at", law=NO_LONGER_NEEDED),
    )
