"""The programmes that this city pays or has paid, by code, as released with the software."""

from __future__ import annotations

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.programmes.r3_nontaxable import R3_NONTAXABLE, R4_EXTENSION

_PROGRAMMES = {programme.code: programme for programme in (R3_NONTAXABLE, R4_EXTENSION)}


def find(code: str) -> Programme:
    """The programme with that code; NOT_FOUND otherwise."""
    try:
        return _PROGRAMMES[code]
    except KeyError:
        raise TodokeError(ErrorCode.NOT_FOUND, what="事業コード") from None


def every() -> list[Programme]:
    """All programmes, by code."""
    return [_PROGRAMMES[code] for code in sorted(_PROGRAMMES)]
