"""課税情報の充足: whether everybody of the register has a tax answer, by the very rules of the decision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import duckdb

from todoke.engine import duck
from todoke.systems.benefits.rules import judging
from todoke.systems.benefits.rules.judging import Inputs
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax_status import TaxStatus

UNKNOWN: Final = tuple(status.value for status in TaxStatus if status.unknown)


def unknown(programme: Programme, evidence: Inputs) -> int:
    """How many persons who are judged have no tax answer."""
    with _statuses(programme, evidence) as connection:
        found = connection.execute("SELECT count(*) FROM lacking").fetchall()
    return int(found[0][0])


def by_ward(programme: Programme, evidence: Inputs) -> list[dict[str, Any]]:
    """Per ward: persons, and those without an answer by status (`lacking`: status → count)."""
    with _statuses(programme, evidence) as connection:
        persons = connection.execute(
            "SELECT ward_code, count(*) FROM person GROUP BY 1 ORDER BY 1"
        ).fetchall()
        lacking = connection.execute(
            "SELECT ward_code, status, count(*) FROM lacking GROUP BY 1, 2"
        ).fetchall()
    found: list[dict[str, Any]] = []
    for ward, count in persons:
        missing = {status: number for each, status, number in lacking if each == ward}
        found.append({"ward": ward, "persons": count, "lacking": missing, "total": sum(missing.values())})
    return found


def listed(
    programme: Programme, evidence: Inputs, *, ward: str, status: str, offset: int, limit: int
) -> tuple[int, list[dict[str, Any]]]:
    """Who has no answer: how many, and one page by ward and code (resident_code, ward_code, status, moved_in_on)."""
    where = "($ward = '' OR ward_code = $ward) AND ($status = '' OR status = $status)"
    values = {"ward": ward, "status": status}
    with _statuses(programme, evidence) as connection:
        counted = connection.execute(f"SELECT count(*) FROM lacking WHERE {where}", values).fetchall()
        rows = duck.table(
            connection,
            f"SELECT * FROM lacking WHERE {where} ORDER BY ward_code, resident_code LIMIT {int(limit)} OFFSET {int(offset)}",
            values,
        )
    return int(counted[0][0]), rows.to_pylist()


@contextmanager
def _statuses(programme: Programme, evidence: Inputs) -> Iterator[duckdb.DuckDBPyConnection]:
    """`person`: everybody who is judged, with ward and status; `lacking`: those whose status is unknown."""
    words = ", ".join(f"'{word}'" for word in UNKNOWN)
    with judging.statuses(programme, evidence) as connection:
        connection.execute(
            "CREATE TEMP TABLE person AS SELECT s.resident_code, s.status,"
            " coalesce(b.ward_code, l.ward_code) AS ward_code, coalesce(b.moved_in_on, l.moved_in_on) AS moved_in_on"
            " FROM status s LEFT JOIN base b USING (resident_code) LEFT JOIN latest l USING (resident_code)"
        )
        connection.execute(f"CREATE TEMP VIEW lacking AS SELECT * FROM person WHERE status IN ({words})")
        yield connection
