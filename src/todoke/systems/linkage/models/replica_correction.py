"""画面からの副本の訂正: proposed by one, confirmed by another."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, years
from todoke.systems.linkage.flows import ReplicaCorrectionState
from todoke.systems.linkage.models.person import Person


class ReplicaCorrection(models.Model):
    """The row to register (or, without items, to delete) lies encrypted in `sealed` until somebody decides."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    fiscal_year = models.SmallIntegerField()
    deletes = models.BooleanField()
    sealed = models.BinaryField(null=True)
    reason = models.TextField()
    state = models.TextField(choices=ReplicaCorrectionState.choices)
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField()
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    declined_by = models.TextField(null=True)
    declined_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="id fiscal_year deletes state proposed_by proposed_at confirmed_by confirmed_at declined_by declined_at",
        personal="reason",
        specific="person",
        sealed="sealed",
        keep=years(1, since="proposed_at", law=NO_LONGER_NEEDED),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="proposed", sealed__isnull=False) | Q(sealed__isnull=True),
                name="replica_correction_items_only_while_proposed",
            ),
            models.CheckConstraint(
                condition=(Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")))
                & (Q(declined_by__isnull=True) | ~Q(declined_by=F("proposed_by"))),
                name="replica_correction_two_persons",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="replica_correction_has_reason"),
            models.UniqueConstraint(
                fields=["person", "fiscal_year"],
                condition=Q(state="proposed"),
                name="replica_correction_one_at_a_time",
            ),
        ]
