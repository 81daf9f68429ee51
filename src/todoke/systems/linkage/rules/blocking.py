"""候補検索の規則: who is compared with whom, and what an agreement is worth. Data; the SQL is in `candidates`.

Points rank candidates for a person who decides; no sum of points links anybody (facts/linkage.md §1.7: cities linked
strangers on name and birth date). They follow log2 of how much rarer an agreement is among strangers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Attribute(StrEnum):
    """4情報, in the order of the screen."""

    NAME = "name"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"

    @property
    def label(self) -> str:
        """The Japanese word."""
        return {"name": "氏名", "sex": "性別", "birth_date": "生年月日", "address": "住所"}[self.value]


class Level(StrEnum):
    """How two values of one attribute stand to each other, both in their form of comparison."""

    EQUAL = "equal"
    NEAR = "near"
    DIFFERS = "differs"
    ABSENT = "absent"


@dataclass(frozen=True, kw_only=True)
class BlockingRule:
    """Columns that must all be equal, and present, before two rows are compared at all."""

    title: str
    columns: tuple[str, ...]


BLOCKING_RULES: Final = (
    BlockingRule(title="氏名と生年月", columns=("name", "birth_month")),
    BlockingRule(title="氏名と住所", columns=("name", "address")),
    BlockingRule(title="生年月日と町名", columns=("birth_date", "town")),
)
"""Two attributes at least, each. A person whose name was mistyped and who moved since is not found; by number they are."""

POINTS: Final[dict[Attribute, dict[Level, int]]] = {
    Attribute.NAME: {Level.EQUAL: 12, Level.NEAR: 6, Level.DIFFERS: -6, Level.ABSENT: 0},
    Attribute.SEX: {Level.EQUAL: 1, Level.NEAR: 0, Level.DIFFERS: -5, Level.ABSENT: 0},
    Attribute.BIRTH_DATE: {Level.EQUAL: 15, Level.NEAR: 6, Level.DIFFERS: -8, Level.ABSENT: 0},
    Attribute.ADDRESS: {Level.EQUAL: 16, Level.NEAR: 8, Level.DIFFERS: -1, Level.ABSENT: 0},
}
CANDIDATES_SHOWN: Final = 5
"""Per query, best first."""

LEVELS: Final[dict[Attribute, tuple[tuple[str, Level], ...]]] = {
    Attribute.NAME: (
        ("q.name IS NULL OR r.name IS NULL", Level.ABSENT),
        ("q.name = r.name", Level.EQUAL),
        # one character typed wrongly, left out or put in; or the given name kept under another surname
        (
            "damerau_levenshtein(q.name, r.name) <= 1 AND least(length(q.name), length(r.name)) > 2",
            Level.NEAR,
        ),
        ("right(q.name, 2) = right(r.name, 2)", Level.NEAR),
    ),
    Attribute.SEX: (
        ("q.sex IS NULL OR r.sex IS NULL", Level.ABSENT),
        ("q.sex = r.sex", Level.EQUAL),
    ),
    Attribute.BIRTH_DATE: (
        ("q.birth_month IS NULL OR r.birth_month IS NULL", Level.ABSENT),
        ("q.birth_date = r.birth_date", Level.EQUAL),
        # the day is 不詳 on one side
        ("(q.birth_date IS NULL OR r.birth_date IS NULL) AND q.birth_month = r.birth_month", Level.NEAR),
        # two of year, month and day, or month and day in the other's place
        (
            "(year(q.birth_date) = year(r.birth_date))::INT + (month(q.birth_date) = month(r.birth_date))::INT"
            " + (day(q.birth_date) = day(r.birth_date))::INT = 2",
            Level.NEAR,
        ),
        (
            "year(q.birth_date) = year(r.birth_date) AND month(q.birth_date) = day(r.birth_date)"
            " AND day(q.birth_date) = month(r.birth_date)",
            Level.NEAR,
        ),
    ),
    Attribute.ADDRESS: (
        ("q.address IS NULL OR r.address IS NULL", Level.ABSENT),
        ("q.address = r.address", Level.EQUAL),
        ("q.town = r.town", Level.NEAR),
    ),
}
"""Per attribute the first condition that holds; DIFFERS when none does. `q` is the query, `r` the register."""
