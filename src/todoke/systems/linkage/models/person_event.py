"""人の履歴: what happened to the link of a person, who did it, and on which evidence."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.models.correction import Correction
from todoke.systems.linkage.models.person import Person


class EventKind(models.TextChoices):
    """種別."""

    ATTRIBUTES = "attributes", "4情報の変更"
    NEW_LOCAL_NUMBER = "new_local_number", "業務固有番号の追加"
    MERGED = "merged", "統合番号の統合"
    SPLIT = "split", "統合番号の分割"
    NUMBER_CHANGED = "number_changed", "個人番号の変更"


class PersonEvent(models.Model):
    """One event in a person's history. Append-only, written in the transaction of the change.

    `what` names the attributes or the system concerned, never a value: the PIA lets linkage hold the attributes of
    today and nothing more. `evidence` is a file of the register or a document of the office.
    """

    at = models.DateTimeField()
    by = models.TextField()
    confirmed_by = models.TextField(db_default="")
    kind = models.TextField(choices=EventKind.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="events")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    what = models.TextField(db_default="")
    evidence = models.TextField()
    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, null=True)

    privacy = Privacy(
        open="id at by confirmed_by kind what correction",
        personal="evidence",
        specific="person other",
        keep=with_parent("person"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["attributes", "new_local_number"], correction__isnull=True, confirmed_by=""
                )
                | Q(kind__in=["merged", "split", "number_changed"], correction__isnull=False)
                & ~Q(confirmed_by="")
                & ~Q(confirmed_by=models.F("by")),
                name="event_correction_has_two_persons",
            ),
            models.CheckConstraint(condition=~Q(evidence=""), name="event_has_evidence"),
        ]
