"""住民情報の参照: the lines of a list of residents, as the reader may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from todoke.engine import postgres
from todoke.systems.benefits.queries.households.search import Hit
from todoke.systems.benefits.rules.households.protection import place
from todoke.systems.benefits.rules.households.search_terms import By

ALIAS = "benefits"
_ROWS: Final = """
SELECT DISTINCT ON (r.id) r.id, e.resident_code, e.household_code, e.name_kanji, e.name_kana, e.sex, e.birth_date, e.address,
    e.is_head, e.left_on, e.left_reason, r.protected, r.hidden, e.side,
    (SELECT string_agg(c.case_number || ' ' || c.state, ',' ORDER BY c.id)
     FROM benefits_registerentry b
     JOIN benefits_case c ON c.lineage = b.household_code || CASE WHEN r.protected THEN '-1' ELSE '' END
     WHERE b.side = 'base' AND b.resident_code = r.resident_code)
FROM benefits_resident r JOIN benefits_registerentry e ON e.resident_code = r.resident_code
WHERE r.id = ANY(%s) ORDER BY r.id, e.side DESC
"""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A resident in a list. `cases` are 給付管理番号 with state; `in_latest` is false for those only in the base register."""

    id: int
    resident_code: str
    household_code: str
    name_kanji: str
    name_kana: str
    sex: str
    birth_date: date
    address: str
    is_head: bool
    left_on: date | None
    left_reason: str
    protected: bool
    in_latest: bool
    cases: tuple[tuple[str, str], ...]
    by: tuple[By, ...]


def listed(hits: Sequence[Hit], *, may_see_places: bool) -> tuple[Listed, ...]:
    """The hits with what a list shows of them, in the same order."""
    rows = {row[0]: row for row in postgres.fetch(ALIAS, _ROWS, [[hit.id for hit in hits]])} if hits else {}
    found = []
    for hit in hits:
        (person, code, household, kanji, kana, sex, born, address, head, left_on, left_reason, protected, hidden,
         side, cases) = rows[hit.id]  # fmt: skip
        found.append(
            Listed(
                id=person,
                resident_code=code,
                name_kanji=kanji,
                name_kana=kana or "",
                sex=sex,
                birth_date=born,
                household_code=place(household, protected=hidden, may=may_see_places),
                address=place(address, protected=hidden, may=may_see_places),
                is_head=head,
                left_on=left_on,
                left_reason=left_reason or "",
                protected=protected,
                in_latest=side == "latest",
                cases=_cases(cases),
                by=hit.by,
            )
        )
    return tuple(found)


def _cases(text: str | None) -> tuple[tuple[str, str], ...]:
    pairs = (one.partition(" ") for one in (text or "").split(",") if one)
    return tuple((number, state) for number, _, state in pairs)
