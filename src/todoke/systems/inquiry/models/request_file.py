"""照会送付ファイル: what was written, sealed and submitted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.inquiry.models.order import Order


class RequestFile(models.Model):
    """One file of at most 10,000 questions; numbered through all orders, submitted once as one batch.

    `layout`: the edition of the file, chosen when it is planned (rules/layout_uses.py).
    `again`: it holds only questions that failed before (再照会).
    """

    number = models.IntegerField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT)
    round = models.SmallIntegerField()
    again = models.BooleanField(db_default=False)
    batch_id = models.TextField(unique=True)
    records = models.IntegerField()
    layout = models.TextField(db_default="pia-2021")
    planned_by = models.TextField()
    path = models.TextField(null=True)
    sha256 = models.TextField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.TextField(null=True)

    privacy = Privacy(
        open="number order round again batch_id records layout planned_by path sha256 submitted_at submitted_by",
        keep=with_parent("order"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(records__gte=1, records__lte=10_000), name="request_file_within_limit"
            ),
            models.CheckConstraint(
                condition=Q(path__isnull=True, sha256__isnull=True)
                | Q(path__isnull=False, sha256__regex="^[0-9a-f]{64}$"),
                name="request_file_is_sealed",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False, sha256__isnull=False),
                name="request_file_submitted_after_seal",
            ),
        ]
