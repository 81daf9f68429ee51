"""機関の登録: which organisations take part, since when, and through which party; every change by two people."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Concat, Right, Substr

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever
from todoke.systems.network.flows import OrganisationState

CURRENT = (OrganisationState.REGISTERED, OrganisationState.SUSPENDED)
"""States in which a row says how its organisation stands."""


class Organisation(models.Model):
    """One registration of a 機関, from the proposal to its end. A change is a new row that ends the one before.

    `party` is whose certificate its messages come with: the 中間サーバー of its municipality. `reason` is that of the
    suspension, which takes one person; only a new registration by two lifts it.
    """

    organisation = models.TextField()
    name = models.TextField()
    kind = models.TextField()
    municipality = models.TextField()
    party = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    state = models.TextField(choices=OrganisationState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField()
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")

    privacy = Privacy(
        open=(
            "id organisation name kind municipality party valid_from valid_to state state_at state_by proposed_by "
            "proposed_at confirmed_by confirmed_at reason"
        ),
        keep=for_ever(NOT_PERSONAL),
    )

    class Meta:
        db_table = "network_organisation"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "organisation"],
                condition=Q(state__in=CURRENT),
                name="organisation_stands_once",
            ),
            models.UniqueConstraint(
                fields=["municipality", "organisation"],
                condition=Q(state="proposed"),
                name="organisation_proposed_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    municipality=Substr("organisation", 6, 5),
                    kind=Right("organisation", 5),
                    party=Concat(models.Value("platform:"), "municipality"),
                ),
                name="organisation_code_says_where",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="organisation_period",
            ),
            models.CheckConstraint(
                condition=~Q(state="suspended") | ~Q(reason=""), name="organisation_suspended_says_why"
            ),
        ]
