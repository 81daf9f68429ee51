"""保留中の照会の一覧: looking at it is an operation, too (DESIGN law 9)."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries
from todoke.systems.intermediary.queries import Held


def read_held(*, alias: str, by: Actor) -> list[Held]:
    """The requests of this municipality that wait for two officers (自動応答不可), oldest first; logged."""
    require(by, Permission.INTERMEDIARY_HELD_READ, municipality=needs.municipality_of(alias))
    with transaction.atomic(using=alias):
        found = queries.held(alias)
        verb = Permission.INTERMEDIARY_HELD_READ.value
        record(alias, by=by, verb=verb, subject="held", persons=len(found))
    return found
