"""照会の可否: whom to ask about, and where (facts/linkage.md §2.3)."""

from __future__ import annotations

from typing import NamedTuple

from todoke.contracts.linkage import Conversion
from todoke.contracts.residents import Origin
from todoke.identifiers.municipality import ABROAD, city_of

UNKNOWN_WARD = "00000"
"""現住所区コード of a person who is not in the latest register."""


class Standing(NamedTuple):
    """`standing` is asked, abroad or unreachable (with `refusal`); `provider` is the 5-digit municipality."""

    standing: str
    refusal: str
    provider: str


def place(origin: Origin | None, *, own: str) -> Standing:
    """Where a person could be asked about, by the register alone.

    Wards and former codes fold into their city; a municipality that is not on the network stays in the request
    and comes back refused, so that nobody is lost silently.
    """
    if origin is None:
        return _unreachable("unknown_resident")
    if origin.previous_municipality == ABROAD:
        return Standing("abroad", "", "")
    if not origin.previous_municipality:
        return _unreachable("no_origin")
    provider = city_of(origin.previous_municipality)
    return _unreachable("own_municipality") if provider == own else Standing("asked", "", provider)


def identified(placed: Standing, conversion: Conversion | None) -> Standing:
    """The same, unless there is no 統合番号 to ask with."""
    if placed.standing != "asked" or (conversion and conversion.integrated_number):
        return placed
    return _unreachable((conversion and conversion.refusal) or "unknown")


def _unreachable(refusal: str) -> Standing:
    return Standing("unreachable", refusal, "")
