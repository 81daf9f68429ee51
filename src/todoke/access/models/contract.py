"""委託契約・再委託契約: without one in force, staff of a contractor have no account (PIA III.2-4)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class Contract(models.Model):
    """A contract and how many people may work under it. `prime`: the contract under which this one is 再委託.

    Guards: a sub-contract needs a prime that permits it and lies within its dates; only `valid_until` and
    `head_count` may change later. Both dates are included.
    """

    number = models.TextField(primary_key=True)
    contractor = models.TextField()
    subcontracting_permitted = models.BooleanField()
    prime = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    valid_from = models.DateField()
    valid_until = models.DateField()
    head_count = models.PositiveIntegerField()
    registered_by = models.TextField()
    registered_at = models.DateTimeField()

    privacy = Privacy(
        open=(
            "number contractor subcontracting_permitted prime valid_from valid_until head_count "
            "registered_by registered_at"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "access_contract"
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="contract_ends_after_it_begins"
            ),
            models.CheckConstraint(condition=Q(head_count__gte=1), name="contract_has_people"),
            models.CheckConstraint(
                condition=Q(prime__isnull=True) | Q(subcontracting_permitted=False),
                name="contract_no_third_level",
            ),
        ]
