"""Files of 他市転入者出力レコード."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.inquiry.models.order import Order


class AnswerFile(models.Model):
    """One sealed file of answers; a later edition of an order replaces all files of the one before."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT)
    edition = models.IntegerField()
    number = models.IntegerField()
    path = models.TextField()
    sha256 = models.TextField()
    records = models.IntegerField()
    written_at = models.DateTimeField()
    written_by = models.TextField()

    privacy = Privacy(
        open="id order edition number path sha256 records written_at written_by",
        keep=with_parent("order"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["edition", "number"], name="answer_file_once_per_edition"),
            models.CheckConstraint(condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="answer_file_sealed"),
        ]
