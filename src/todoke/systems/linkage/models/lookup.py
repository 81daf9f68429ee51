"""番号検索の結果: the door, open for minutes, to the person whom somebody found by number."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, days
from todoke.systems.linkage.models.person import Person


class Lookup(models.Model):
    """A person who was found. `handle` stands in addresses of screens in place of a number, for the searcher only."""

    handle = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    staff_id = models.TextField()
    purpose = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    privacy = Privacy(
        open="handle at staff_id",
        personal="purpose",
        specific="person",
        keep=days(1, since="at", law=NO_LONGER_NEEDED),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(purpose=""), name="lookup_has_a_purpose"),
        ]
        indexes: ClassVar = [models.Index(fields=["staff_id", "at"], name="lookup_by_staff")]
