"""番号変換, set-based: all records of one route at once, in the order asked. The one way in which numbers are converted."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from todoke.contracts.people import BasicAttributes
from todoke.engine import postgres
from todoke.records.ragged import Mask, Texts
from todoke.systems.linkage.codecs import ATTRIBUTES
from todoke.systems.linkage.queries.numbers import find_persons, open_numbers
from todoke.systems.linkage.rules.conversions import Direction, Route, Word

ALIAS = "linkage"
_OF_LOCAL = """
SELECT w.place, l.person_id FROM {wanted} w
JOIN linkage_localnumber l ON l.system = %s AND l.local_number = w.number
"""
# attributes come back only where they are not written exactly alike, for the comparison that decides
_AGREE = """
SELECT w.place,
       CASE WHEN NOT same.alike THEN p.name_kanji END, CASE WHEN NOT same.alike THEN p.sex END,
       CASE WHEN NOT same.alike THEN p.birth_date END, CASE WHEN NOT same.alike THEN p.address END
FROM {wanted} w JOIN linkage_person p ON p.integrated_number = w.person
CROSS JOIN LATERAL (SELECT (p.name_kanji, p.sex, p.birth_date, p.address)
                         = (w.name_kanji, w.sex, w.birth_date, w.address) AS alike) same
"""
_LOCAL_OF = """
SELECT w.place, min(l.local_number), count(*) FROM {wanted} w
JOIN linkage_localnumber l ON l.system = %s AND l.person_id = w.person
GROUP BY 1
"""


def convert(asked: pa.Table, route: Route) -> pa.Table:
    """`answer` and `refusal` of each row of `asked` (number, name_kanji, sex, birth_date, address), in its order.

    Exactly one of the two is filled. All four attributes must agree: cities linked strangers on fewer
    (facts/linkage.md §1.7). Runs in the caller's transaction. SETUP_MISSING where the keys of 個人番号 are needed and lost.
    """
    persons = _persons(asked["number"].combine_chunks(), route)
    words = np.full(len(persons), Word.UNKNOWN.value, dtype=object)
    agreed = _compare(asked, persons, words)
    answers = _numbers(persons, np.flatnonzero(agreed), route, words)
    words[[answer is not None for answer in answers]] = ""
    return pa.table({"answer": pa.array(answers, pa.string()), "refusal": pa.array(words, pa.string())})


def _persons(numbers: Texts, route: Route) -> list[str | None]:
    """The 統合番号 behind each number; None for an unknown one."""
    if route.direction is Direction.LOCAL_TO_INTEGRATED:
        wanted = pa.table({"place": _places(len(numbers)), "number": numbers})
        return _placed(len(numbers), _joined(_OF_LOCAL, wanted, route.local_system))
    if route.direction is Direction.INDIVIDUAL_TO_INTEGRATED:
        found = find_persons([str(number).encode() for number in numbers.to_pylist()])
        return _placed(len(numbers), found.items())
    asked: list[str | None] = numbers.to_pylist()
    return asked


def _compare(asked: pa.Table, persons: list[str | None], words: np.ndarray) -> Mask:
    """Which records name a known person with four attributes that agree; `words` of the others says why not."""
    owners = pa.array(persons, pa.string())
    known = owners.is_valid()
    staged = (
        asked.select(ATTRIBUTES).append_column("place", _places(len(owners))).append_column("person", owners)
    )
    agreed = np.zeros(len(persons), dtype=np.bool_)
    differing: list[tuple[int, BasicAttributes]] = []
    for place, name, sex, born, address in _joined(_AGREE, staged.filter(known)):
        agreed[place] = name is None
        if name is not None:
            registered = BasicAttributes(name_kanji=name, sex=sex, birth_date=born, address=address)
            differing.append((place, registered))
    rows = asked.select(ATTRIBUTES).take(pa.array([place for place, _ in differing], pa.int32())).to_pylist()
    for (place, registered), row in zip(differing, rows, strict=True):
        agreed[place] = BasicAttributes(**row).agrees(registered)
        words[place] = Word.ATTRIBUTES_DIFFER.value
    return agreed


def _numbers(
    persons: Sequence[str | None], places: np.ndarray, route: Route, words: np.ndarray
) -> list[str | None]:
    """The numbers of the records at `places`; `words` of those without one says why not."""
    answers: list[str | None] = [None] * len(persons)
    chosen = [persons[place] for place in places]
    if route.direction is Direction.INTEGRATED_TO_LOCAL:
        words[places] = Word.NO_LOCAL_NUMBER.value
        wanted = pa.table({"place": pa.array(places, pa.int32()), "person": pa.array(chosen, pa.string())})
        for place, number, count in _joined(_LOCAL_OF, wanted, route.local_system):
            words[place] = Word.SEVERAL.value
            answers[place] = number if count == 1 else None
    elif route.direction is Direction.INTEGRATED_TO_INDIVIDUAL:
        words[places] = Word.UNKNOWN.value
        opened = open_numbers(sorted({person for person in chosen if person is not None}))
        for place in places:
            answers[place] = opened.get(persons[place] or "")
    else:
        for place in places:
            answers[place] = persons[place]
    return answers


def _places(count: int) -> pa.Array[Any]:
    return pa.array(np.arange(count, dtype=np.int32))


def _placed(count: int, found: Iterable[tuple[int, str]]) -> list[str | None]:
    persons: list[str | None] = [None] * count
    for place, person in found:
        persons[place] = person
    return persons


def _joined(query: str, wanted: pa.Table, *parameters: str) -> list[tuple[Any, ...]]:
    name = f"linkage_wanted_{secrets.token_hex(4)}"
    postgres.stage(ALIAS, name, wanted.combine_chunks())
    found = postgres.fetch(ALIAS, query.format(wanted=name), parameters)
    postgres.execute(ALIAS, f"DROP TABLE {name}")
    return found
