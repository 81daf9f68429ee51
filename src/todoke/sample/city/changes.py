"""異動ファイル: three days of changes after the latest register. Each household takes part in one event at most.

What changes is little, so it is made person by person, from the rows of the latest register as they are written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import pyarrow as pa

from todoke.sample.city import draw
from todoke.sample.city.frame import LATEST_DATE, NEIGHBOURS
from todoke.sample.city.text import Text, pc

Row = dict[str, str]
DAYS: Final = tuple(str(LATEST_DATE + day) for day in (1, 2, 3))
_GIVEN: Final = (("陽葵", "ヒマリ", "2"), ("蓮", "レン", "1"), ("結衣", "ユイ", "2"), ("湊", "ミナト", "1"))
_HEAD: Final = {"is_head": "1", "relationship": "世帯主"}
_ORDER: Final = {"妻": "0", "夫": "0", "子": "1"}


class _Days:
    """The register's people, households that nothing has happened to yet, and what was written so far."""

    def __init__(self, seed: int, register: dict[str, Text]) -> None:
        self.rng = draw.stream(seed, "daily changes")
        table = pa.table(register)
        self.people = table.filter(pc.and_(pc.equal(table["left_on"], ""), pc.equal(table["protected"], "0")))
        households = self.people["household_code"].combine_chunks().dictionary_encode()
        order = np.argsort(np.asarray(households.indices), kind="stable")
        starts = np.flatnonzero(np.diff(np.asarray(households.indices)[order], prepend=-1))
        self.households = np.split(order, starts[1:]) if len(order) else []
        self.queue = iter(self.rng.permutation(len(self.households)).tolist())
        self.codes = _numbers(self.rng, register["resident_code"], "0")
        self.new_households = _numbers(self.rng, register["household_code"], "1")
        self.serial = 0

    def household(self, fits: Callable[[list[Row]], bool]) -> list[Row]:
        """The people of a household of that sort, its head first; nobody when there is none left."""
        for _ in range(200):
            place = next(self.queue, None)
            if place is None:
                return []
            rows = self.people.take(pa.array(self.households[place])).to_pylist()
            rows.sort(
                key=lambda row: (
                    row["is_head"] != "1",
                    _ORDER.get(row["relationship"], "2"),
                    row["birth_date"],
                )
            )
            if rows[0]["is_head"] == "1" and fits(rows):
                return rows
        return []

    def dwelling(self) -> Row:
        """Postal code, address and ward of somebody."""
        row = self.people.slice(int(self.rng.integers(0, self.people.num_rows)), 1).to_pylist()[0]
        return {name: row[name] for name in ("postal_code", "address", "ward_code")}


def _numbers(rng: np.random.Generator, taken: Text, first: str) -> Iterator[str]:
    """Ten digits that nobody has, beginning with `first`."""
    known = set[str]()
    while True:
        number = f"{first}{int(rng.integers(0, 10**9)):09d}"
        if number not in known and not pc.any(pc.equal(taken, number)).as_py():
            known.add(number)
            yield number


def files(seed: int, register: dict[str, Text]) -> Iterator[tuple[str, dict[str, Text]]]:
    """(day, columns) of each day."""
    days = _Days(seed, register)
    for day in DAYS:
        rows = [
            {"kind": kind, "changed_on": day, **row}
            for event, per_million in _EVENTS
            for _ in range(max(1, days.people.num_rows * per_million // 1_000_000))
            for kind, row in event(days, day)
        ]
        names = ("serial", "kind", "changed_on", *register)
        for row in rows:
            days.serial += 1
            row["serial"] = f"{days.serial:09d}"
        yield day, {name: pa.array([row[name] for row in rows], pa.string()) for name in names}


Event = Iterator[tuple[str, Row]]


def _birth(days: _Days, day: str) -> Event:
    for head in days.household(lambda rows: "　" in rows[0]["name_kanji"] and bool(rows[0]["name_kana"]))[:1]:
        kanji, kana, sex = _GIVEN[int(days.rng.integers(0, len(_GIVEN)))]
        family, reading = head["name_kanji"].split("　")[0], head["name_kana"].split("　")[0]
        yield "出生", {
            **head, "resident_code": next(days.codes), "is_head": "0", "relationship": "子", "sex": sex,
            "name_kanji": f"{family}　{kanji}", "name_kana": f"{reading}　{kana}", "birth_date": day, "moved_in_on": "",
            "previous_municipality": "",
        }  # fmt: skip


def _death(days: _Days, day: str) -> Event:
    rows = days.household(lambda rows: rows[0]["birth_date"] < "1950")
    for head in rows[:1]:
        yield "死亡", {**head, "is_head": "0" if rows[1:] else "1", "left_on": day, "left_reason": "死亡"}
    yield from _succession(rows[1:])


def _succession(rows: list[Row]) -> Event:
    """The first becomes the head; the others' relationships follow, roughly."""
    for place, row in enumerate(rows):
        changed = _HEAD if not place else {"relationship": "子" if row["relationship"] == "子" else "同居人"}
        if any(row[name] != value for name, value in changed.items()):
            yield "世帯主変更", {**row, **changed}


def _arrival(days: _Days, day: str) -> Event:
    for other in days.household(lambda rows: len(rows) > 1)[1:2]:
        origin = NEIGHBOURS[int(days.rng.integers(0, len(NEIGHBOURS)))]
        yield "転入", {
            **other, **days.dwelling(), **_HEAD, "resident_code": next(days.codes),
            "household_code": next(days.new_households), "moved_in_on": day, "previous_municipality": origin,
        }  # fmt: skip


def _departure(days: _Days, day: str) -> Event:
    for row in days.household(lambda rows: len(rows) < 4):
        yield "転出", {**row, "left_on": day, "left_reason": "転出"}


def _move(days: _Days, day: str) -> Event:
    dwelling = days.dwelling()
    for row in days.household(lambda rows: True):
        yield "転居", {**row, **dwelling}


def _split(days: _Days, day: str) -> Event:
    rows = days.household(lambda rows: any(_grown(row) for row in rows[1:]))
    for row in [row for row in rows[1:] if _grown(row)][:1]:
        yield "世帯変更", {**row, **_HEAD, "household_code": next(days.new_households)}


def _merger(days: _Days, day: str) -> Event:
    into, alone = days.household(lambda rows: len(rows) > 1), days.household(lambda rows: len(rows) == 1)
    if into and alone:
        places = ("household_code", "postal_code", "address", "ward_code")
        moved = {name: into[0][name] for name in places}
        yield "世帯変更", {**alone[0], **moved, "is_head": "0", "relationship": "同居人"}


def _hand_over(days: _Days, day: str) -> Event:
    rows = days.household(lambda rows: len(rows) > 1 and rows[1]["relationship"] in ("妻", "夫"))
    for head in rows[:1]:
        yield "世帯主変更", {**head, "is_head": "0", "relationship": "夫" if head["sex"] == "1" else "妻"}
    for partner in rows[1:2]:
        yield "世帯主変更", {**partner, **_HEAD}


def _correction(days: _Days, day: str) -> Event:
    for head in days.household(lambda rows: bool(rows[0]["name_kana"]))[:1]:
        yield (
            "修正",
            {
                **head,
                "name_kana": f"{head['name_kana']}コ" if head["sex"] == "2" else f"{head['name_kana']}ロウ",
            },
        )


def _grown(row: Row) -> bool:
    return row["birth_date"] < "2000" and row["relationship"] == "子"


_EVENTS: Final[tuple[tuple[Callable[[_Days, str], Event], int], ...]] = (
    (_birth, 17), (_death, 27), (_arrival, 100), (_departure, 90), (_move, 160), (_split, 30), (_merger, 10),
    (_hand_over, 10), (_correction, 20),
)  # fmt: skip
"""Events of one day, and how many of them among a million people."""
