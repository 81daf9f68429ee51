"""配布状況: note which edition a party has and was given; in the transaction of whoever hands out."""

from __future__ import annotations

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.systems.network.needs import ALIAS

_LIST = """
INSERT INTO network_list_holder (party, given, given_at, known, known_at) VALUES (%(party)s, %(given)s, %(now)s, %(known)s, %(now)s)
ON CONFLICT (party) DO UPDATE
SET given = greatest(network_list_holder.given, excluded.given), given_at = excluded.given_at,
    known = excluded.known, known_at = excluded.known_at
"""
_REVOCATIONS = """
INSERT INTO network_list_holder (party, given, known, known_at, revocations_at)
VALUES (%(party)s, 0, %(known)s, %(now)s, %(now)s)
ON CONFLICT (party) DO UPDATE
SET known = excluded.known, known_at = excluded.known_at, revocations_at = excluded.revocations_at
"""


def note_holder(*, known: int, given: int | None = None, by: Actor) -> None:
    """`known`: the edition that the party named; `given`: the one it gets now, None when it asked for revocations only."""
    require(by, Permission.NETWORK_FETCH_LIST)
    parameters = {"party": by.staff_id, "known": known, "given": given, "now": clock.now()}
    postgres.execute(ALIAS, _REVOCATIONS if given is None else _LIST, parameters)
