"""取込の記録: which file brought which 統合番号, and when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import REGISTER, for_ever


class RegisterLoad(models.Model):
    """One load of the register. Numbers are minted in a row, so first and last say whom it registered.

    That is the beginning of everybody's history without a row per person. Append-only.
    """

    at = models.DateTimeField()
    by = models.TextField()
    file = models.TextField()
    first_number = models.TextField(null=True)
    last_number = models.TextField(null=True)

    privacy = Privacy(
        open="id at by file",
        specific="first_number last_number",
        keep=for_ever(REGISTER),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(first_number__isnull=True, last_number__isnull=True)
                | Q(first_number__isnull=False, first_number__lte=F("last_number")),
                name="register_load_numbers_in_a_row",
            )
        ]
