"""The latest register, for look-up (住民)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.residents.models.snapshot import Snapshot


class Resident(models.Model):
    """One resident of the newest register: 住基個人コード with 現住所区, 前住所コード and the four attributes.

    Replaced as a whole by each import, so every row comes from one snapshot.
    """

    resident_code = models.TextField(primary_key=True)
    household_code = models.TextField()
    ward_code = models.TextField()
    previous_municipality = models.TextField(null=True)
    name_kanji = models.TextField()
    sex = models.TextField()
    birth_date = models.DateField()
    address = models.TextField()
    moved_in_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    left_reason = models.TextField(null=True)
    protected = models.BooleanField()
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT)

    privacy = Privacy(
        personal=(
            "resident_code household_code ward_code previous_municipality name_kanji sex "
            "birth_date address moved_in_on left_on left_reason protected"
        ),
        open="snapshot",
        keep=with_parent("snapshot"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(resident_code=""), name="resident_has_code"),
            models.CheckConstraint(
                condition=Q(previous_municipality__isnull=True)
                | Q(previous_municipality__regex="^[0-9]{5}$"),
                name="resident_origin_is_code",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["household_code"], name="resident_household")]
