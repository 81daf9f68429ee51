"""Receipts of queries (受付結果)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.models.query_batch import QueryBatch


class QueryReceipt(models.Model):
    """Taken on (`refusal` null) or refused, in the order asked; kept so that a repeat hears the same."""

    batch = models.ForeignKey(QueryBatch, on_delete=models.PROTECT, related_name="receipts")
    position = models.IntegerField()
    record_id = models.TextField()
    refusal = models.TextField(null=True)

    privacy = Privacy(
        open="id batch position record_id refusal",
        keep=with_parent("batch"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "position"], name="receipt_once_per_position")
        ]
