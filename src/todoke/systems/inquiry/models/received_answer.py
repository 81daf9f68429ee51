"""Answers as they arrived (回答の原本): sealed, so that a later dispute can be settled by the provider's own words."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, years


class ReceivedAnswer(models.Model):
    """One arrival about one question, with both status levels, and its bytes encrypted. Append-only.

    `sealed` is bound to order, request file and record. There is no foreign key: the original outlives the order,
    as long as money may be claimed back.
    """

    class Source(models.TextChoices):
        LINKAGE = "linkage", "統合番号連携システム"
        FILE = "file", "照会結果ファイル"

    record_id = models.TextField()
    order_id = models.TextField()
    file_number = models.IntegerField()
    provider = models.TextField()
    source = models.TextField(choices=Source.choices)
    received_at = models.DateTimeField()
    received_by = models.TextField()
    detail_status = models.TextField(null=True)
    detail_message = models.TextField(null=True)
    information_status = models.TextField(null=True)
    information_message = models.TextField(null=True)
    sha256 = models.TextField()
    key_id = models.SmallIntegerField()
    sealed = models.BinaryField()

    privacy = Privacy(
        open="id record_id order_id file_number provider source received_at received_by key_id",
        specific="detail_status detail_message information_status information_message",
        sealed="sha256 sealed",
        keep=years(5, since="received_at", law=CLAIMS),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record_id", "sha256"], name="received_answer_once"),
            models.CheckConstraint(
                condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="received_answer_hashed"
            ),
            models.CheckConstraint(
                condition=Q(source__in=["linkage", "file"]), name="received_answer_source_known"
            ),
        ]
