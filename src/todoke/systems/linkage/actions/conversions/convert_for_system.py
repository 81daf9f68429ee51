"""個人番号・統合番号変換 for an existing system: only what was declared and confirmed for it, in that duty, today."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.entry import Outcome
from todoke.oplog.record import record
from todoke.records.ragged import pc
from todoke.systems.linkage.queries import conversion, rights
from todoke.systems.linkage.rules import conversions
from todoke.systems.linkage.rules.conversions import Direction, Route, Word

ALIAS = "linkage"
VERB = Permission.LINKAGE_SYSTEM_CONVERT.value
_KEYS = ("direction", "local_system")


def convert_for_system(
    *, system: str, duty: str, asked: pa.Table, by: Actor, by_message: bool = False
) -> pa.Table:
    """`answer` and `refusal` of each row of `asked` (direction, local_system, number, four attributes), in its order.

    Every use is logged with count and purpose, the refused ones, too. Errors: PURPOSE_MISSING; PERMISSION_DENIED
    for a system that is not in use or does not work for the duty. A row that no right covers is `not_allowed`.
    """
    require(by, Permission.LINKAGE_SYSTEM_CONVERT)
    if not by.purpose.strip():
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=VERB)
    with transaction.atomic(using=ALIAS):
        rights.need_system(system, duty)
        routes = _allowed(system, duty, by_message=by_message)
        found = []
        left = np.ones(asked.num_rows, dtype=np.bool_)
        for route in routes:
            rows = _rows(asked, route)
            left[rows] = False
            if len(rows):
                found.append((rows, conversion.convert(asked.take(pa.array(rows)), route)))
                subject = " ".join((system, duty, route.direction, route.local_system)).rstrip()
                record(ALIAS, by=by, verb=VERB, subject=subject, persons=len(rows))
        if left.any():
            subject = f"{system} {duty} {Word.NOT_ALLOWED}"
            count = int(left.sum())
            record(ALIAS, by=by, verb=VERB, subject=subject, persons=count, outcome=Outcome.REFUSED)
    found.append((np.flatnonzero(left), _refused(int(left.sum()))))
    return _in_order(found)


def _allowed(system: str, duty: str, *, by_message: bool) -> list[Route]:
    held = rights.confirmed_rights(system)
    return [
        route
        for route in dict.fromkeys(right.route for right in held)
        if conversions.allowed(held, duty=duty, route=route, on=clock.today())
        and not (by_message and route.direction in conversions.NEVER_BY_MESSAGE)
    ]


def _rows(asked: pa.Table, route: Route) -> np.ndarray:
    """The places of the records that go this way."""
    direction = pc.equal(asked["direction"], Direction(route.direction).value)
    local_system = pc.equal(asked["local_system"], route.local_system)
    return np.flatnonzero(pc.and_(direction, local_system).to_numpy())


def _refused(count: int) -> pa.Table:
    return pa.table(
        {
            "answer": pa.nulls(count, pa.string()),
            "refusal": pa.repeat(Word.NOT_ALLOWED.value, count),
        }
    )


def _in_order(found: list[tuple[np.ndarray, pa.Table]]) -> pa.Table:
    places = np.concatenate([rows for rows, _ in found])
    answers = pa.concat_tables([table for _, table in found])
    return answers.take(np.argsort(places, kind="stable")).combine_chunks()
