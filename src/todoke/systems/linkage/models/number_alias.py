"""別名の統合番号: a 統合番号 that was merged into another one and still leads to its person."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.models.correction import Correction
from todoke.systems.linkage.models.person import Person


class NumberAlias(models.Model):
    """`former` leads straight to `person`, who is never an alias: no chains, so no cycles (trigger).

    A dissolved number never lives again: it gets no local number and no 個人番号 any more (trigger).
    """

    former = models.OneToOneField(Person, on_delete=models.PROTECT, primary_key=True, related_name="alias")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="aliases")
    correction = models.OneToOneField(Correction, on_delete=models.PROTECT)

    privacy = Privacy(
        open="correction",
        specific="former person",
        keep=with_parent("person"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(former=F("person")), name="alias_of_another_number"),
        ]
