"""The programmes that this city pays or has paid, as released with the software: code → editions, oldest first."""

from __future__ import annotations

from typing import Final

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.programmes.hardship import R3_HARDSHIP, R3_HARDSHIP_FROM_JUNE
from todoke.systems.benefits.rules.programmes.later_rounds import LATER_ROUNDS
from todoke.systems.benefits.rules.programmes.r3_nontaxable import R3_NONTAXABLE, R4_EXTENSION
from todoke.systems.benefits.rules.programmes.r6_shortfall import R6_SHORTFALL

RELEASED: Final = (
    R3_NONTAXABLE,
    R4_EXTENSION,
    R3_HARDSHIP,
    R3_HARDSHIP_FROM_JUNE,
    *LATER_ROUNDS,
    R6_SHORTFALL,
)


def editions(code: str) -> list[Programme]:
    """The released editions of a programme, oldest first; NOT_FOUND for another code."""
    found = _EDITIONS.get(code)
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="事業コード")
    return found


def find(code: str) -> Programme:
    """The newest released edition of the programme with that code; NOT_FOUND otherwise."""
    return editions(code)[-1]


def every() -> list[Programme]:
    """The newest released edition of every programme, by number."""
    return sorted((found[-1] for found in _EDITIONS.values()), key=lambda one: one.number)


_EDITIONS: Final[dict[str, list[Programme]]] = {}
for _programme in sorted(RELEASED, key=lambda one: one.edition):
    _EDITIONS.setdefault(_programme.code, []).append(_programme)
