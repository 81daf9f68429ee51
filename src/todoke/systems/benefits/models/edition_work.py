"""試算・判定のやり直し of an edition, done beside the screens."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, years
from todoke.systems.benefits.models.programme_edition import ProgrammeEdition
from todoke.systems.benefits.rules.editions.work import WorkKind, WorkState


class EditionWork(models.Model):
    """One trial or judging that somebody asked for; its steps are those of `batch` under the key of its number.

    `failure`: the sentence of the error that ended it. `path`, `sha256`, `differing`: of a judging, the households
    on which it does not agree with the decision before it (none before it: empty and null).
    """

    edition = models.ForeignKey(ProgrammeEdition, on_delete=models.PROTECT)
    kind = models.TextField(choices=[(kind.value, kind.label) for kind in WorkKind])
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    state = models.TextField(choices=[(state.value, state.name) for state in WorkState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    failure = models.TextField(db_default="")
    path = models.TextField(db_default="")
    sha256 = models.TextField(db_default="")
    differing = models.BigIntegerField(null=True)

    privacy = Privacy(
        open="id edition kind asked_at asked_by state state_at state_by failure path sha256 differing",
        keep=years(5, since="asked_at", law=CLAIMS, files=("path",)),
    )

    class Meta:
        db_table = "benefits_edition_work"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["edition"], condition=Q(state=WorkState.OPEN), name="edition_work_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state=WorkState.FAILED) ^ Q(failure=""), name="edition_work_failed_says_why"
            ),
            models.CheckConstraint(
                condition=Q(path="", sha256="", differing__isnull=True)
                | Q(sha256__regex="^[0-9a-f]{64}$", differing__isnull=False) & ~Q(path=""),
                name="edition_work_sealed",
            ),
        ]
