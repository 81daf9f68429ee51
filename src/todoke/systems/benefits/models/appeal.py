"""不服の申出・審査請求 against the decision about a household: in time or late, drafted by one, answered by another."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, years
from todoke.systems.benefits.rules.aftermath.appeals import AppealKind, AppealOutcome, AppealState


class Appeal(models.Model):
    """One appeal. What was said stays; state, outcome and answer change with the steps. One open per household and programme.

    Neither drafter nor answerer examined or approved the household's form (trigger). A late one can only be 却下, or
    `excused` with its reason.
    """

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme"
    )
    household_key = models.TextField()
    case = models.ForeignKey("benefits.Case", on_delete=models.PROTECT, null=True)
    kind = models.TextField(choices=[(each.value, each.name) for each in AppealKind])
    grounds = models.TextField()
    decided_on = models.DateField()
    known_on = models.DateField()
    received_on = models.DateField()
    deadline = models.DateField()
    excused = models.TextField(blank=True)
    answer_by = models.DateField()
    state = models.TextField(choices=[(each.value, each.name) for each in AppealState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    received_at = models.DateTimeField()
    received_by = models.TextField()
    drafted_at = models.DateTimeField(null=True)
    drafted_by = models.TextField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.TextField(null=True)
    outcome = models.TextField(choices=[(each.value, each.name) for each in AppealOutcome], blank=True)
    answer = models.TextField(blank=True)

    privacy = Privacy(
        open=(
            "id programme case kind decided_on known_on received_on deadline answer_by state state_at state_by received_at"
            " received_by drafted_at drafted_by answered_at answered_by"
        ),
        personal="household_key grounds excused outcome answer",
        keep=years(5, since="state_at", law=CLAIMS, parent="case"),
    )

    class Meta:
        db_table = "benefits_appeal"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["programme", "household_key"],
                condition=Q(state__in=["received", "drafted"]),
                name="appeal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("drafted_by")),
                name="appeal_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "withdrawn"])
                | (Q(state__in=["drafted", "answered"]) & ~Q(outcome="") & ~Q(answer="")),
                name="appeal_answered_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(received_on__lte=F("deadline"))
                | Q(outcome__in=["", "rejected"])
                | ~Q(excused=""),
                name="appeal_late_is_rejected",
            ),
            models.CheckConstraint(
                condition=Q(known_on__gte=F("decided_on"), received_on__gte=F("decided_on")) & ~Q(grounds=""),
                name="appeal_after_decision",
            ),
        ]
