"""事業の台帳: the programmes for which cases exist, with the amounts from which every payment is made up."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class RegisteredProgramme(models.Model):
    """A programme (事業) once cases were numbered for it: number and amounts can never change again. Append-only.

    `amount_yen` a unit, `child_yen` more for each child (0: none). With `own_amounts` each unit has its own instead.
    """

    code = models.TextField(primary_key=True)
    number = models.PositiveSmallIntegerField(unique=True)
    amount_yen = models.BigIntegerField()
    child_yen = models.BigIntegerField(db_default=0)
    own_amounts = models.BooleanField(db_default=False)

    privacy = Privacy(
        open="code number amount_yen child_yen own_amounts",
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "benefits_programme"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__gte=1, number__lte=999), name="programme_three_digits"
            ),
            models.CheckConstraint(condition=models.Q(amount_yen__gt=0), name="programme_amount_positive"),
            models.CheckConstraint(condition=models.Q(child_yen__gte=0), name="programme_child_not_negative"),
        ]
