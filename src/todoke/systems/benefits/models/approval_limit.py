"""決裁区分: up to how much a household a 係長 approves, from which day on; asked by one, confirmed by another."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever
from todoke.systems.benefits.rules.examination.approval import MOST_YEN, LimitState


class ApprovalLimit(models.Model):
    """One line of the 決裁規程; without a programme, of every one that has none of its own. Only the state changes."""

    programme = models.ForeignKey(
        "benefits.RegisteredProgramme", on_delete=models.PROTECT, db_column="programme", null=True
    )
    since = models.DateField()
    yen = models.BigIntegerField()
    reason = models.TextField()
    state = models.TextField(choices=[(state.value, state.name) for state in LimitState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(null=True)

    privacy = Privacy(
        open=(
            "id programme since yen reason state state_at state_by asked_at asked_by confirmed_at confirmed_by"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_approval_limit"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="approval_limit_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(yen__gte=0, yen__lte=MOST_YEN) & ~Q(reason=""), name="approval_limit_of_something"
            ),
        ]
