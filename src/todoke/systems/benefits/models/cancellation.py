"""起案の取消し: a batch that is given up before there is a file of it, asked by one, confirmed by another."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever
from todoke.systems.benefits.models.payment import PaymentBatch
from todoke.systems.benefits.rules.payments.cancellation import CancellationState


class BatchCancellation(models.Model):
    """Its transfers are dead once it is confirmed; a household's next attempt follows them (triggers). Only the state changes."""

    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT)
    reason = models.TextField()
    state = models.TextField(choices=[(state.value, state.name) for state in CancellationState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.TextField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(null=True)

    privacy = Privacy(
        open="id batch reason state state_at state_by asked_at asked_by confirmed_at confirmed_by",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_batch_cancellation"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["batch"], condition=~Q(state="withdrawn"), name="cancellation_once_per_batch"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("asked_by")),
                name="cancellation_two_persons",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="cancellation_has_reason"),
        ]
