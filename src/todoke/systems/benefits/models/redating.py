"""振込指定日の変更 of a batch whose file the bank has not yet: asked by one, confirmed by another."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever
from todoke.systems.benefits.models.payment import PaymentBatch
from todoke.systems.benefits.rules.payments.redating import RedatingState


class Redating(models.Model):
    """The day before and the day asked for; the batch follows the one confirmed last (trigger). Only the state changes."""

    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT)
    transfer_on_before = models.DateField()
    transfer_on = models.DateField()
    reason = models.TextField()
    state = models.TextField(choices=[(state.value, state.name) for state in RedatingState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(null=True)

    privacy = Privacy(
        open=(
            "id batch transfer_on_before transfer_on reason state state_at state_by asked_at asked_by confirmed_at"
            " confirmed_by"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_redating"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch"], condition=Q(state="asked"), name="redating_one_open"),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="redating_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(transfer_on=F("transfer_on_before")) & ~Q(reason=""),
                name="redating_of_something",
            ),
        ]
