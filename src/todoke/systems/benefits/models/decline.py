"""辞退 of a household that said so outside the examination of its form. Noted by one, confirmed by another."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.benefits.rules.aftermath.declines import DeclineChannel, DeclineState


class Decline(models.Model):
    """What the household said, and how it was asked again. Only the state changes; one that is live per case."""

    case = models.ForeignKey("benefits.Case", on_delete=models.PROTECT)
    channel = models.TextField(choices=[(each.value, each.name) for each in DeclineChannel])
    said_on = models.DateField()
    said = models.TextField()
    answer = models.TextField(blank=True)
    state = models.TextField(choices=[(each.value, each.name) for each in DeclineState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    noted_at = models.DateTimeField()
    noted_by = models.TextField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(null=True)

    privacy = Privacy(
        open="id case channel said_on state state_at state_by noted_at noted_by confirmed_at confirmed_by",
        personal="said answer",
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "benefits_decline"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=["noted", "confirmed"]), name="decline_one_live"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("noted_by")),
                name="decline_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="noted", answer="") | (~Q(state="noted") & ~Q(answer="")),
                name="decline_asked_again",
            ),
        ]
