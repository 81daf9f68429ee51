"""Batches of queries (照会依頼)."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, years


class QueryBatch(models.Model):
    """One submitted batch, with a receipt per query; `send_attempts` makes the keys of its messages.

    `begun_at`: since when it is to be sent. What is left of it then goes out by itself, whatever stood in the way.
    """

    batch_id = models.TextField(primary_key=True)
    submitted_at = models.DateTimeField()
    submitted_by = models.TextField()
    send_attempts = models.IntegerField(db_default=0)
    begun_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="batch_id submitted_at submitted_by send_attempts begun_at",
        keep=years(1, since="submitted_at", law=NO_LONGER_NEEDED),
    )
