"""申請者: who is in a household as the newest decision has it, with the names of the registers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from todoke.engine import postgres
from todoke.systems.benefits.models import DecisionRun
from todoke.systems.benefits.queries.why.evidence import sealed_rows

ALIAS: Final = "benefits"
_HOUSEHOLD: Final = "SELECT household_key FROM read_parquet($path) WHERE resident_code = $code"
_MEMBERS: Final = "SELECT resident_code FROM read_parquet($path) WHERE household_key = $key ORDER BY 1"
_NAMES: Final = """
SELECT DISTINCT ON (r.id) r.id, e.resident_code, e.name_kanji, e.name_kana, e.birth_date, e.is_head
FROM benefits_resident r JOIN benefits_registerentry e ON e.resident_code = r.resident_code
WHERE r.resident_code = ANY(%s) ORDER BY r.id, e.side DESC
"""


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """A member of the household; `id` stands in names of fields. No address: whoever keys needs none."""

    id: int
    resident_code: str
    name: str
    kana: str
    born: date
    head: bool


def household_of(run_id: int, resident_code: str) -> str | None:
    """The household in which that decision has the resident; None when it has not."""
    rows = _rows(run_id, _HOUSEHOLD, code=resident_code)
    return rows[0]["household_key"] if rows else None


def members(programme: str, household_key: str) -> tuple[Applicant, ...]:
    """Everybody of the household in the newest decision of the programme: the head first, then by age. Empty without one."""
    run = DecisionRun.objects.using(ALIAS).filter(programme=programme).order_by("-pk").first()
    if run is None:
        return ()
    codes = [row["resident_code"] for row in _rows(run.pk, _MEMBERS, key=household_key)]
    found = [
        Applicant(id=row[0], resident_code=row[1], name=row[2], kana=row[3] or "", born=row[4], head=row[5])
        for row in postgres.fetch(ALIAS, _NAMES, [codes])
    ]
    return tuple(sorted(found, key=lambda one: (not one.head, one.born, one.id)))


def _rows(run_id: int, query: str, **given: str) -> list[dict[str, Any]]:
    run = DecisionRun.objects.using(ALIAS).get(pk=run_id)
    return sealed_rows(query, run.persons_path, run.persons_sha256, **given)
