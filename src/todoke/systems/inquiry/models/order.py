"""Orders (照会の依頼) of 給付管理システム."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NO_LONGER_NEEDED, years


class Order(models.Model):
    """One order to ask about some residents, with the receipt that was given for it.

    `tax_year`: the 課税年度 that is wanted; NULL: whatever the provider has.
    """

    order_id = models.TextField(primary_key=True)
    ordered_at = models.DateTimeField()
    ordered_by = models.TextField()
    asked = models.IntegerField()
    abroad = models.IntegerField()
    unreachable = models.IntegerField()
    tax_year = models.SmallIntegerField(null=True)

    privacy = Privacy(
        open="order_id ordered_at ordered_by asked abroad unreachable tax_year",
        keep=years(1, since="ordered_at", law=NO_LONGER_NEEDED),
    )

    class Meta:
        constraints: ClassVar = [
            # it becomes part of file names and message keys
            models.CheckConstraint(
                condition=Q(order_id__regex="^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$"), name="order_id_is_plain"
            ),
        ]
