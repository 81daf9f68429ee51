"""申立て from forms: what was declared in one keying, by the form that counts, and by everybody of a programme."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pyarrow as pa

from todoke.engine import postgres
from todoke.systems.benefits.queries.examination.accounts import FORMS
from todoke.systems.benefits.rules.hardship.conditions import ITEMS
from todoke.systems.benefits.rules.hardship.declared_income import Declared

ALIAS: Final = "benefits"
DECLARING: Final = """(
    SELECT b.case_id FROM benefits_declared_income i JOIN benefits_application b ON b.entry_id = i.entry_id WHERE b.refusal = ''
)"""
"""Cases with a form that declares somebody's income."""
_COLUMNS: Final = ", ".join(f"i.{name}" for name in ("resident_code", *ITEMS))
_OF_ENTRY: Final = (
    f"SELECT {_COLUMNS} FROM benefits_declared_income i WHERE i.entry_id = %s ORDER BY i.resident_code"
)
# A 補正 says again what it mends, person by person; whom it does not name stands as before
_COUNTS: Final = """
SELECT DISTINCT ON (i.resident_code) i.*, a.received_at FROM benefits_declared_income i
JOIN benefits_application a ON a.entry_id = i.entry_id AND a.refusal = ''
JOIN benefits_case c ON c.id = a.case_id
WHERE {which} ORDER BY i.resident_code, a.correction DESC, a.id DESC
"""
_OF_CASE: Final = f"SELECT {_COLUMNS} FROM ({_COUNTS.format(which='c.id = %s')}) i ORDER BY i.resident_code"
_ITEMS: Final = " UNION ALL ".join(
    f"SELECT i.resident_code, '{item}' AS item, i.{item}::bigint AS value FROM counted i WHERE i.{item} IS NOT NULL"
    for item in ITEMS
)
_OF_PROGRAMME: Final = f"""
WITH counted AS ({_COUNTS.format(which="a.programme = $1")}) SELECT * FROM ({_ITEMS}) x ORDER BY 1, 2
"""
_ARRIVED: Final = f"""
SELECT max(a.received_at) FROM benefits_declared_income i JOIN {FORMS} a ON a.entry_id = i.entry_id
WHERE a.programme = %(programme)s AND a.received_at <= %(until)s AND i.resident_code = ANY(%(codes)s)
"""


def of_entry(entry_id: int) -> tuple[Declared, ...]:
    """What one person keyed, by resident."""
    return tuple(_declared(row) for row in postgres.fetch(ALIAS, _OF_ENTRY, [entry_id]))


def of_case(case_id: int) -> tuple[Declared, ...]:
    """What counts of a case's forms, by resident."""
    return tuple(_declared(row) for row in postgres.fetch(ALIAS, _OF_CASE, [case_id]))


def of_programme(programme: str) -> pa.Table:
    """resident_code, item, value: what the decision engine reads; committed rows only."""
    return postgres.read(ALIAS, _OF_PROGRAMME, (programme,))


def arrived(programme: str, codes: list[str], until: datetime) -> datetime | None:
    """When a form with a declaration about any of these persons came to count, not after `until`."""
    values = {"programme": programme, "codes": codes, "until": until}
    rows = postgres.fetch(ALIAS, _ARRIVED, values)
    found: datetime | None = rows[0][0] if rows else None
    return found


def _declared(row: tuple[object, ...]) -> Declared:
    return Declared(**dict(zip(("resident_code", *ITEMS), row, strict=True)))  # type: ignore[arg-type]  # a row of the table, whose columns are these
