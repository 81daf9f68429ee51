"""照会の依頼: whom the bulk tax query was asked about, and from which decision."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import CLAIMS, years


class InquiryOrder(models.Model):
    """One order of a round with its receipt. The persons lie in a sealed file (resident_code, abroad). Append-only.

    `asked`, `abroad` (国外からの転入, on a list of their own) and `unreachable` add up to `persons`.
    """

    order_id = models.TextField(primary_key=True)
    run = models.OneToOneField("benefits.DecisionRun", on_delete=models.PROTECT)
    path = models.TextField()
    sha256 = models.TextField()
    persons = models.BigIntegerField()
    asked = models.BigIntegerField()
    abroad = models.BigIntegerField()
    unreachable = models.BigIntegerField()
    ordered_at = models.DateTimeField()
    ordered_by = models.TextField()

    privacy = Privacy(
        open="order_id run path sha256 persons asked abroad unreachable ordered_at ordered_by",
        keep=years(5, since="ordered_at", law=CLAIMS, files=("path",)),
    )

    class Meta:
        db_table = "benefits_inquiry_order"
        constraints = [
            models.CheckConstraint(
                condition=Q(persons=F("asked") + F("abroad") + F("unreachable")), name="order_counts_add_up"
            )
        ]
