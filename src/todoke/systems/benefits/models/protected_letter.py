"""支援措置の対象者への手紙: where they want letters, and each letter with who printed and who posted it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, with_parent, years
from todoke.systems.benefits.models.letter import Letter
from todoke.systems.benefits.rules.letters.protected_letter import ProtectedState


class Destination(models.Model):
    """送付先, as the 支援措置申出書 has it. Append-only; the newest of a person counts."""

    resident_code = models.TextField()
    postal_code = models.TextField()
    address = models.TextField()
    source_on = models.DateField()
    noted_at = models.DateTimeField()
    noted_by = models.TextField()

    privacy = Privacy(
        open="id source_on noted_at noted_by",
        personal="resident_code postal_code address",
        keep=years(5, since="noted_at", law=CLAIMS),
    )

    class Meta:
        db_table = "benefits_destination"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["id", "noted_by"], name="destination_noter_key"),
            models.CheckConstraint(
                condition=Q(postal_code__regex="^[0-9]{7}$") & ~Q(address=""), name="destination_complete"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["resident_code", "-id"], name="destination_of_resident"),
        ]


class ProtectedLetter(models.Model):
    """One letter, printed by somebody who did not note the 送付先, posted by somebody who did not print it.

    Only its state changes.
    """

    letter = models.OneToOneField(Letter, on_delete=models.PROTECT)
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT)
    noted_by = models.TextField()
    reason = models.TextField()
    state = models.TextField(choices=[(state.value, state.name) for state in ProtectedState])
    state_at = models.DateTimeField()
    state_by = models.TextField()
    printed_at = models.DateTimeField()
    printed_by = models.TextField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(null=True)

    privacy = Privacy(
        open="id letter noted_by state state_at state_by printed_at printed_by confirmed_at confirmed_by",
        personal="destination reason",
        keep=with_parent("letter"),
    )

    class Meta:
        db_table = "benefits_protected_letter"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(printed_by=F("noted_by")), name="protected_letter_not_own_address"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("printed_by")),
                name="protected_letter_two_persons",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="protected_letter_says_why"),
        ]
