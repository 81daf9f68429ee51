"""Pieces of a file of masters: one temporary file, one message."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.flows import PieceState
from todoke.systems.linkage.models.replica_file import ReplicaFile


class ReplicaPiece(models.Model):
    """Up to 10,000 rows of one 年度. `sealed_sha256` is of the encrypted file, looked at before it is used.

    `deleted_at`: when the temporary file was found gone after its deletion.
    """

    file = models.ForeignKey(ReplicaFile, on_delete=models.PROTECT, related_name="pieces")
    number = models.IntegerField()
    fiscal_year = models.SmallIntegerField()
    rows = models.IntegerField()
    sealed_sha256 = models.TextField()
    message_key = models.TextField(unique=True)
    state = models.TextField(choices=PieceState.choices)
    error = models.TextField(db_default="")
    registered = models.IntegerField(db_default=0)
    replaced = models.IntegerField(db_default=0)
    deleted = models.IntegerField(db_default=0)
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "id file number fiscal_year rows sealed_sha256 message_key state error registered replaced deleted "
            "sent_at settled_at deleted_at"
        ),
        keep=with_parent("file"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "number"], name="replica_piece_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", sent_at__isnull=True, deleted_at__isnull=True)
                | Q(state__in=["sent", "registered", "refused"], sent_at__isnull=False),
                name="replica_piece_file_while_waiting",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["registered", "refused"], settled_at__isnull=False)
                | Q(state__in=["waiting", "sent"], settled_at__isnull=True),
                name="replica_piece_settled_with_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(error=""), name="replica_piece_refusal_says_why"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["file", "number"],
                condition=Q(state__in=["waiting", "sent"]),
                name="replica_piece_open",
            )
        ]
