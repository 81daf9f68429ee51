"""機関の登録の確認, by a second person: the proposals take the place of what stood before, or are refused."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.systems.network.flows import ORGANISATION, OrganisationState
from todoke.systems.network.needs import ALIAS
from todoke.workflow.runner import Rows, move, of

_REPLACED = """
r.state IN ('registered', 'suspended') AND r.organisation IN (
    SELECT p.organisation FROM network_organisation p WHERE p.id = ANY(%(keys)s) AND p.state = 'proposed'
)
"""


def confirm_organisations(*, numbers: Sequence[int], by: Actor) -> int:
    """All of them or none; also the only way to lift a suspension.

    Errors: STATE_CONFLICT (not waiting), SAME_PERSON.
    """
    require(by, Permission.NETWORK_ORGANISATION_CONFIRM)
    keys = sorted(set(numbers))
    with transaction.atomic(using=ALIAS):
        move(
            ALIAS,
            ORGANISATION,
            Rows(where=_REPLACED, values={"keys": keys}),
            to=OrganisationState.ENDED,
            by=by,
            subject="replaced",
            persons=0,
        )
        return move(
            ALIAS, ORGANISATION, of(ORGANISATION, keys), to=OrganisationState.REGISTERED, by=by,
            subject=f"organisations:{len(keys)}", persons=0,
        )  # fmt: skip


def refuse_organisation(*, number: int, by: Actor) -> None:
    """Take the proposal off the table; the proposer may do so, too. Errors: STATE_CONFLICT."""
    require(by, Permission.NETWORK_ORGANISATION_CONFIRM)
    rows, subject = of(ORGANISATION, [number]), f"refused:{number}"
    move(ALIAS, ORGANISATION, rows, to=OrganisationState.REFUSED, by=by, subject=subject, persons=0)
