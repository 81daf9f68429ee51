"""連携ファイル: what came from an existing system and what went there; numbers, hashes and counts stay for good."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import ONLY_ONCE, for_ever
from todoke.systems.linkage.flows import FileState
from todoke.systems.linkage.models.file_queue import FileQueue

_INCOMING = ("arrived", "checked", "taking", "taken", "refused")
_OUTGOING = ("made", "sent", "acknowledged", "error")


class ExchangedFile(models.Model):
    """One file. `in_order`: it has its place in the queue; others were refused at the door and only leave a trace.

    `sha256`, `size`: of the content. `sealed`: name of the content in the vault, empty once it is deleted. `cleared`: its
    folder has been emptied of it. `answered`: an acknowledgement of its end lies there. `processed`: records that were converted so far, while it is being taken. `accepted`, `rejected`: of its records. `repeats`: the file that it repeats or corrects.
    """

    queue = models.ForeignKey(FileQueue, on_delete=models.PROTECT, related_name="files")
    direction = models.TextField()
    number = models.BigIntegerField(null=True)
    in_order = models.BooleanField()
    file_name = models.TextField()
    sha256 = models.TextField(db_default="")
    size = models.BigIntegerField(db_default=0)
    records = models.BigIntegerField(db_default=0)
    processed = models.BigIntegerField(db_default=0)
    accepted = models.BigIntegerField(db_default=0)
    rejected = models.BigIntegerField(db_default=0)
    refusal = models.TextField(db_default="")
    bad_rows = models.BigIntegerField(db_default=0)
    repeats = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    sealed = models.TextField(db_default="")
    cleared = models.BooleanField(db_default=False)
    answered = models.BooleanField(db_default=False)
    arrived_at = models.DateTimeField()
    state = models.TextField(choices=FileState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()

    privacy = Privacy(
        open=(
            "id queue direction number in_order file_name sha256 size records processed accepted rejected refusal bad_rows "
            "repeats sealed cleared answered arrived_at state state_at state_by"
        ),
        keep=for_ever(ONLY_ONCE),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["queue", "number"], condition=Q(in_order=True), name="file_number_once_per_queue"
            ),
            models.UniqueConstraint(
                fields=["queue", "sha256"],
                condition=Q(in_order=True) & ~Q(state__in=["refused", "error"]),
                name="file_content_once_per_queue",
            ),
            models.CheckConstraint(
                condition=Q(direction="in", state__in=_INCOMING) | Q(direction="out", state__in=_OUTGOING),
                name="file_state_of_its_direction",
            ),
            models.CheckConstraint(
                condition=Q(in_order=False, state="refused")
                | Q(in_order=True, number__gt=0, sha256__regex="^[0-9a-f]{64}$"),
                name="file_in_order_or_refused",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "error"]) | ~Q(refusal=""), name="file_refusal_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(state="taken") | Q(records=F("accepted") + F("rejected")),
                name="file_counts_add_up",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["queue", "state", "number"], name="file_waiting_in_order")]
