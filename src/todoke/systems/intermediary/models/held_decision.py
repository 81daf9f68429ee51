"""Two officers on one held request: one proposes, another confirms (PIA III.6 リスク2)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.intermediary.flows import DecisionState
from todoke.systems.intermediary.models.provision_case import ProvisionCase


class HeldDecision(models.Model):
    """The proposal in force and its confirmation. The database refuses one person for both.

    `replica_editions` are the copies of every 年度 that the proposer looked at; empty when there was none (any more).
    """

    case = models.OneToOneField(
        ProvisionCase,
        primary_key=True,
        on_delete=models.PROTECT,
        db_column="permit_id",
        related_name="decision",
    )
    state = models.TextField(choices=[(state.value, state.name) for state in DecisionState])
    decision = models.TextField()
    reason = models.TextField()
    replica_editions = models.TextField(default="")
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField()
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="case state decision replica_editions proposed_by proposed_at confirmed_by confirmed_at",
        personal="reason",
        keep=with_parent("case"),
    )

    class Meta:
        db_table = "intermediary_held_decision"
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="held_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="held_confirmed_with_time",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", confirmed_by__isnull=True)
                | Q(state="confirmed", confirmed_by__isnull=False),
                name="held_state_says_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") & Q(decision__in=["release", "refuse"]), name="held_decision_given"
            ),
        ]
