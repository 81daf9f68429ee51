"""ファイル連携の待ち行列: one per existing system, direction and kind, so that none waits for another."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever
from todoke.records.converting.canonical import FileForm
from todoke.records.converting.records import Format
from todoke.systems.linkage.flows import QueueState
from todoke.systems.linkage.models.existing_system import ExistingSystem

LIMIT = 200_000
"""Records in one send, where nothing else is said (facts/exchange.md: the limit that stopped a city for months)."""


class OverLimit(models.TextChoices):
    """What becomes of more records than one send may hold."""

    CUT = "cut", "分けて順に送る"
    REFUSE = "refuse", "拒否する"


class FileQueue(models.Model):
    """One queue and its settings. `next_number`: the file that is due next; incoming ones wait for it, in order.

    `served_at`: when the queue had its last turn. `trouble`: why that turn ended early, without personal data.
    """

    system = models.ForeignKey(ExistingSystem, on_delete=models.PROTECT)
    direction = models.TextField()
    kind = models.TextField()
    layout = models.TextField()
    edition = models.TextField()
    form = models.TextField()
    charset = models.TextField()
    profile = models.TextField(db_default="")
    record_limit = models.IntegerField(db_default=LIMIT)
    over_limit = models.TextField(choices=OverLimit.choices, db_default=OverLimit.REFUSE)
    keep_days = models.IntegerField(db_default=7)
    next_number = models.BigIntegerField(db_default=1)
    served_at = models.DateTimeField(null=True)
    trouble = models.TextField(db_default="")
    state = models.TextField(choices=QueueState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    state_reason = models.TextField(db_default="")

    privacy = Privacy(
        open=(
            "id system direction kind layout edition form charset profile record_limit over_limit keep_days "
            "next_number served_at trouble state state_at state_by state_reason"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["system", "direction", "kind"], name="file_queue_once_per_system_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(direction__in=["in", "out"]), name="file_queue_direction_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__regex="^[a-z][a-z0-9-]{1,39}$"), name="file_queue_kind_is_a_word"
            ),
            models.CheckConstraint(condition=Q(state__in=QueueState.values), name="file_queue_state_known"),
            models.CheckConstraint(
                condition=Q(record_limit__gt=0, keep_days__gte=0, next_number__gt=0),
                name="file_queue_numbers_sound",
            ),
            models.CheckConstraint(
                condition=Q(over_limit="refuse") | Q(over_limit="cut", direction="out"),
                name="file_queue_cuts_only_what_goes_out",
            ),
        ]

    @property
    def file_form(self) -> FileForm:
        """How the system writes these files."""
        return FileForm(
            layout=self.layout,
            edition=self.edition,
            form=Format(self.form),
            charset=self.charset,
            profile=self.profile,
        )

    @property
    def name(self) -> str:
        """As the log and the command line call it: `residents/in/numbers`."""
        return f"{self.system_id}/{self.direction}/{self.kind}"
