"""保留中の照会を見る: looking is an operation, and whose request it is is told of one at a time (DESIGN law 9)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries
from todoke.systems.intermediary.queries import Held, holding
from todoke.systems.intermediary.queries.holding import HeldCase

PURPOSE: Final = "自動応答不可の照会について提供の可否を確かめるため"


def read_held(*, alias: str, by: Actor) -> list[Held]:
    """The requests of this municipality that wait for two officers (自動応答不可), oldest first; logged."""
    require(by, Permission.INTERMEDIARY_HELD_READ, municipality=needs.municipality_of(alias))
    with transaction.atomic(using=alias):
        found = queries.held(alias)
        verb = Permission.INTERMEDIARY_HELD_READ.value
        record(alias, by=by, verb=verb, subject="held", persons=len(found))
    return found


def open_held(*, alias: str, permit_id: str, by: Actor) -> HeldCase:
    """One request with the 統合番号 of its person, which the municipality knows; logged as about that person.

    Nothing of the copies' contents. Errors: NOT_FOUND for a permit of which no request is or was held here.
    """
    require(by, Permission.INTERMEDIARY_HELD_OPEN, municipality=needs.municipality_of(alias))
    found = holding.one(alias, permit_id)
    if found is None or found.case.integrated_number is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この保留中の照会")
    with transaction.atomic(using=alias):
        record(
            alias, by=replace(by, purpose=by.purpose or PURPOSE), verb=Permission.INTERMEDIARY_HELD_OPEN.value,
            subject="held", persons=1, permit_id=permit_id,
            about=Person("integrated_number", found.case.integrated_number),
        )  # fmt: skip
    return found
