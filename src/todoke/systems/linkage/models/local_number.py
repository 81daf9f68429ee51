"""業務固有番号: the number under which another system of the city knows a person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.models.person import Person

RESIDENTS = "residents"
"""住民記録システム, whose local number is the 住基個人コード."""


class LocalNumber(models.Model):
    """業務固有番号 ↔ 統合番号; a person may have several, a local number is one person's.

    `former`: the other system has given the person a new one (naturalisation, a merge). It still leads to the person.
    """

    system = models.TextField()
    local_number = models.TextField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    former = models.BooleanField(db_default=False)

    privacy = Privacy(
        open="id system former",
        personal="local_number",
        specific="person",
        keep=with_parent("person"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["system", "local_number"], name="local_number_of_one_person"),
            models.CheckConstraint(condition=~Q(local_number=""), name="local_number_filled"),
        ]
