"""印刷の処理: letters of one kind that somebody asked for, done beside the screens; and letters that were printed once more."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever, with_parent
from todoke.systems.benefits.models.letter import Letter
from todoke.systems.benefits.rules.editions.work import WorkState
from todoke.systems.benefits.rules.letters.kind import LetterKind


class PrintWork(models.Model):
    """`expected` letters were seen by whoever asked. Its files are those of its folder; `failure`: the sentence that ended it."""

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme"
    )
    kind = models.TextField(choices=[(kind.value, kind.name) for kind in LetterKind])
    expected = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    state = models.TextField(choices=[(state.value, state.name) for state in WorkState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    failure = models.TextField(db_default="")

    privacy = Privacy(
        open="id programme kind expected asked_at asked_by state state_at state_by failure",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_print_work"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme"], condition=Q(state=WorkState.OPEN), name="print_work_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state=WorkState.FAILED) ^ Q(failure=""), name="print_work_failed_says_why"
            ),
        ]


class Reprint(models.Model):
    """刷り直し of one letter, page by page as it was. Append-only."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField()
    reason = models.TextField()
    printed_at = models.DateTimeField()
    printed_by = models.TextField()

    privacy = Privacy(
        open="id letter number printed_at printed_by", personal="reason", keep=with_parent("letter")
    )

    class Meta:
        db_table = "benefits_reprint"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["letter", "number"], name="reprint_number_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="reprint_says_why"),
        ]
