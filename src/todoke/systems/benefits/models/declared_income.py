"""収入の申立て (家計急変): what one person keyed from the form about one member of the household."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent


class DeclaredIncome(models.Model):
    """One member's month, as it stands on the form; null where nothing stands. Append-only.

    Part of a keying (`entry`): two keyings agree only when they agree in these, too (trigger). What the decision reads are those
    of the form that counts.
    """

    entry = models.ForeignKey("benefits.FormEntry", on_delete=models.PROTECT, related_name="incomes")
    resident_code = models.TextField()
    month = models.IntegerField(null=True)
    salary = models.BigIntegerField(null=True)
    business = models.BigIntegerField(null=True)
    property = models.BigIntegerField(null=True)
    pension = models.BigIntegerField(null=True)
    business_cost = models.BigIntegerField(null=True)
    property_cost = models.BigIntegerField(null=True)
    dependants = models.SmallIntegerField(null=True)
    special = models.SmallIntegerField(null=True)

    privacy = Privacy(
        open="id entry",
        personal=(
            "resident_code month salary business property pension business_cost property_cost dependants special"
        ),
        keep=with_parent("entry"),
    )

    class Meta:
        db_table = "benefits_declared_income"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "resident_code"], name="declared_income_once"),
            models.CheckConstraint(
                condition=Q(month__isnull=True) | Q(month__gte=200001, month__lte=209912),
                name="declared_income_month",
            ),
            models.CheckConstraint(
                condition=(Q(special__isnull=True) | Q(special__in=[0, 1]))
                & (Q(dependants__isnull=True) | Q(dependants__gte=0, dependants__lte=15)),
                name="declared_income_person",
            ),
            models.CheckConstraint(
                condition=Q(
                    *(
                        Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0, f"{name}__lte": 99_999_999})
                        for name in (
                            "salary",
                            "business",
                            "property",
                            "pension",
                            "business_cost",
                            "property_cost",
                        )
                    )
                ),
                name="declared_income_yen",
            ),
        ]
