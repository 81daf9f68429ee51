"""事業の台帳: the programmes for which cases exist, with the amount that every payment must have."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class RegisteredProgramme(models.Model):
    """A programme (事業) once cases were numbered for it: number and amount can never change again. Append-only."""

    code = models.TextField(primary_key=True)
    number = models.PositiveSmallIntegerField(unique=True)
    amount_yen = models.BigIntegerField()

    privacy = Privacy(
        open="code number amount_yen",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_programme"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__gte=1, number__lte=999), name="programme_three_digits"
            ),
            models.CheckConstraint(condition=models.Q(amount_yen__gt=0), name="programme_amount_positive"),
            models.UniqueConstraint(fields=["code", "amount_yen"], name="programme_amount_key"),
        ]
