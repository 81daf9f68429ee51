"""記録の不一致 (Discrepancy): an exchange on which one party's record and the network's differ."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from todoke.contracts.exchange_records import DIFFERENCES, Difference, Side
from todoke.privacy.classes import Privacy
from todoke.privacy.retention import EXCHANGES, years
from todoke.systems.network.flows import DiscrepancyState


class Discrepancy(models.Model):
    """Found by a comparison; ends when a later one finds agreement, or when an operator settles it with a reason.

    `here` and `there` are the outcomes that the network and the party have on record; empty when there is none.
    """

    permit_id = models.TextField()
    side = models.TextField(choices=[(side.value, side.name) for side in Side])
    inquirer = models.TextField()
    provider = models.TextField()
    difference = models.TextField(choices=[(each.value, DIFFERENCES[each][0]) for each in Difference])
    here = models.TextField()
    there = models.TextField()
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    state = models.TextField(
        choices=[(state.value, state.name) for state in DiscrepancyState], default=DiscrepancyState.OPEN
    )
    closed_at = models.DateTimeField(null=True)
    closed_by = models.TextField(default="")
    reason = models.TextField(default="")

    privacy = Privacy(
        open="id permit_id side inquirer provider difference here there found_at seen_at state closed_at closed_by",
        personal="reason",
        keep=years(7, since="found_at", law=EXCHANGES),
    )

    class Meta:
        db_table = "network_discrepancy"
        constraints = [
            models.UniqueConstraint(
                fields=["permit_id", "side"], name="discrepancy_open_once", condition=Q(state="open")
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True, closed_by="", reason="")
                | (
                    Q(state__in=["agreed", "settled"], closed_at__isnull=False)
                    & ~Q(closed_by="")
                    & ~Q(reason="")
                ),
                name="discrepancy_closed_says_who_and_why",
            ),
        ]
