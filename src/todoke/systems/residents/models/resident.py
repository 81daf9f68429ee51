"""The latest register, for look-up (住民)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import REGISTER, for_ever


class Resident(models.Model):
    """One resident of the newest register, with all its columns: 住基個人コード with 現住所区, 前住所コード and so on.

    Replaced as a whole by a whole register; a daily file of changes writes only its rows, which name its snapshot.
    """

    resident_code = models.TextField(primary_key=True)
    household_code = models.TextField()
    is_head = models.BooleanField()
    relationship = models.TextField()
    name_kanji = models.TextField()
    name_kana = models.TextField(null=True)
    sex = models.TextField()
    birth_date = models.DateField()
    postal_code = models.TextField()
    address = models.TextField()
    ward_code = models.TextField()
    previous_municipality = models.TextField(null=True)
    moved_in_on = models.DateField(null=True)
    left_on = models.DateField(null=True)
    left_reason = models.TextField(null=True)
    nationality = models.TextField()
    protected = models.BooleanField()
    snapshot_id = models.TextField()

    privacy = Privacy(
        personal=(
            "resident_code household_code is_head relationship name_kanji name_kana sex birth_date postal_code address "
            "ward_code previous_municipality moved_in_on left_on left_reason nationality protected"
        ),
        open="snapshot_id",
        keep=for_ever(REGISTER),
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
