"""What the network needs before anything is permitted: registered organisations and a list, each by two people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from todoke.access.permissions import Actor, Role
from todoke.contracts.network import ListEntry, PermissionList
from todoke.identifiers.municipality import organisation_code
from todoke.systems.network import queries
from todoke.systems.network.actions import publish_list as publishing
from todoke.systems.network.actions.confirm_organisations import confirm_organisations
from todoke.systems.network.actions.draft_list import draft_list
from todoke.systems.network.actions.propose_organisations import Wanted, propose_organisations
from todoke.systems.network.rules.permission_list import ENTRIES

FIRST = Actor(staff_id="n001", roles=frozenset({Role.NETWORK_OPERATOR}))
SECOND = Actor(staff_id="n002", roles=frozenset({Role.NETWORK_OPERATOR}))


def publish_list(
    *, by: Actor = FIRST, entries: Sequence[ListEntry] = ENTRIES, days: int = 30
) -> PermissionList:
    """Drafted by one and published by another."""
    return publishing.publish_list(number=draft_list(entries=entries, days=days, by=by), by=SECOND)


def register_organisations(towns: Iterable[str], *, kind: str = "01700") -> None:
    """Proposed by one and confirmed by another, unless they are registered already."""
    codes = {organisation_code(town, kind): town for town in towns}
    missing = codes.keys() - queries.standings(codes).keys()
    wanted = [
        Wanted(organisation=code, name=f"{codes[code]} {kind}", valid_from=date(2020, 1, 1))
        for code in sorted(missing)
    ]
    confirm_organisations(numbers=propose_organisations(wanted=wanted, by=FIRST), by=SECOND)
