"""住民登録外課税: a person taxed elsewhere is asked about there, one hop at most (facts/linkage.md §2.5)."""

from __future__ import annotations

import re
from typing import NamedTuple

from todoke.identifiers.municipality import ABROAD, city_of

TAXED_ELSEWHERE = "1"
_CODE = re.compile(r"[0-9]{5}")


class SecondRound(NamedTuple):
    """The municipality to ask next, or why nobody can be asked."""

    provider: str
    refusal: str


def second_round(*, taxing_municipality: str | None, first_provider: str, own: str) -> SecondRound:
    """Where the tax is levied on a person whose first answer says: elsewhere."""
    if taxing_municipality is None or not _CODE.fullmatch(taxing_municipality):
        return SecondRound("", "no_taxing_municipality")
    if taxing_municipality == ABROAD:
        return SecondRound("", "taxed_abroad")
    provider = city_of(taxing_municipality)
    if provider == own:
        return SecondRound("", "own_municipality")
    if provider == first_provider:
        return SecondRound("", "loop")
    return SecondRound(provider, "")
