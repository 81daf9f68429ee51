"""検索: the residents that a text may mean, likeliest first; every branch is a walk along one index, so it stays short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from todoke.engine import postgres
from todoke.systems.benefits.rules.households.search_forms import without_ward
from todoke.systems.benefits.rules.households.search_terms import PLACES, By, Condition, Reading

ALIAS = "benefits"
SHOWN: Final = 30

_COLUMNS: Final = {
    By.NAME: ("name_key",),
    By.GIVEN: ("given_key",),
    By.KANA: ("kana_key",),
    By.GIVEN_KANA: ("given_kana_key",),
    By.ADDRESS: ("town_key", "address_key"),
}
_EQUAL: Final = {
    By.CASE: "r.resident_code IN (SELECT payee_resident_code FROM benefits_case WHERE case_number = %s)",
    By.RESIDENT: "r.resident_code = %s",
    By.HOUSEHOLD: (
        "r.resident_code IN (SELECT resident_code FROM benefits_registerentry WHERE side IN ('base', 'latest')"
        " AND household_code = %s)"
    ),
    By.PHONE: "r.resident_code IN (SELECT resident_code FROM benefits_contact WHERE phone = %s)",
}


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A resident who was found, and by what."""

    id: int
    resident_code: str
    by: tuple[By, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """The hits that are shown; `more` when there were others."""

    hits: tuple[Hit, ...]
    more: bool


def find(readings: Sequence[Reading], *, protected_places: bool) -> Found:
    """At most SHOWN residents over all readings, in their order. Without `protected_places`, protected persons are not
    found by where they live or can be called."""
    # one word: all it may be, at once; several: in order until somebody is found, for a surname with a given name taken
    # for a place walks through every bearer of the surname in vain (150 ms instead of 10 in a city of 3.8 million)
    one_word = all(len(reading) == 1 for reading in readings)
    rounds = [list(readings)] if one_word else [[reading] for reading in readings]
    for asked in rounds:
        found = _ask(asked, protected_places=protected_places)
        if found.hits:
            return found
    return Found(hits=(), more=False)


def _ask(readings: Sequence[Reading], *, protected_places: bool) -> Found:
    branches = [branch for reading in readings for branch in _branches(reading)]
    if not branches:
        return Found(hits=(), more=False)
    statement, values = [], []
    for place, branch in enumerate(branches):
        sql, given = _select(place, branch, protected_places=protected_places)
        statement.append(sql)
        values += given
    rows = postgres.fetch(ALIAS, " UNION ALL ".join(statement), values)
    first: dict[int, Hit] = {}
    for place, _, person, code in sorted(rows, key=lambda row: row[:2]):
        by = tuple(condition.by for condition in branches[place])
        first.setdefault(person, Hit(id=person, resident_code=code, by=by))
    return Found(hits=tuple(first.values())[:SHOWN], more=len(first) > SHOWN)


def _branches(reading: Reading) -> Iterator[tuple[_Condition, ...]]:
    """The reading with one form and one column for each condition."""
    yield from product(*(tuple(_each(condition)) for condition in reading))


@dataclass(frozen=True)
class _Condition:
    by: By
    sql: str
    value: Any
    column: str = ""


def _each(condition: Condition) -> Iterator[_Condition]:
    if condition.by is By.BIRTH:
        yield _Condition(condition.by, "r.birth_date = %s", condition.day)
        return
    for form in condition.forms:
        if condition.by in _EQUAL:
            yield _Condition(condition.by, _EQUAL[condition.by], form)
        for column in _COLUMNS.get(condition.by, ()):
            if column != "town_key" or without_ward(form) == form:
                yield _Condition(condition.by, f"r.{column} ^@ %s", form, column)


def _select(place: int, branch: tuple[_Condition, ...], *, protected_places: bool) -> tuple[str, list[Any]]:
    where = [condition.sql for condition in branch]
    if not protected_places and any(condition.by in PLACES for condition in branch):
        where.append("NOT r.hidden")
    # the shortest form that begins so is the nearest, and comes first in the order of its index; a house number leads to
    # fewer people than any surname, so it is walked along first
    walked = sorted(branch, key=lambda one: not (one.by is By.ADDRESS and any(map(str.isdigit, one.value))))
    order = next((condition.column for condition in walked if condition.column), "kana_key")
    inner = (
        f"SELECT r.id, r.resident_code, r.{order} FROM benefits_resident r WHERE {' AND '.join(where)}"
        f" ORDER BY r.{order} LIMIT {SHOWN + 1}"
    )
    numbered = f"SELECT {place}, row_number() OVER (ORDER BY {order}, resident_code), id, resident_code"
    return f"({numbered} FROM ({inner}) AS f{place})", [condition.value for condition in branch]
