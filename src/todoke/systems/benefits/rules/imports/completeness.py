"""課税情報の充足: whether everybody of the register has a tax answer, by the very rules of the decision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from todoke.engine import duck
from todoke.systems.benefits.rules import decision_sql
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax_status import TaxStatus


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The files that a person's tax status is read from: registers, tax, assistance, standing answers."""

    base: Path
    latest: Path
    tax: Path | None
    assistance: Path | None
    answers: Path


UNKNOWN: Final = tuple(status.value for status in TaxStatus if status.unknown)
_NOTHING: Final = {
    "tax": """SELECT NULL::VARCHAR AS resident_code, NULL::VARCHAR AS tax_year, NULL::BOOLEAN AS declared,
        NULL::BIGINT AS income_levy, NULL::BIGINT AS per_capita_levy, NULL::BOOLEAN AS levy_waived,
        NULL::BOOLEAN AS treaty_exempt, NULL::VARCHAR AS supporter, NULL::BOOLEAN AS supporter_taxed WHERE false""",
    "assistance": """SELECT NULL::VARCHAR AS resident_code, NULL::VARCHAR AS kind, NULL::DATE AS valid_from,
        NULL::DATE AS valid_to WHERE false""",
}


def unknown(programme: Programme, evidence: Evidence) -> int:
    """How many persons of the base register have no tax answer."""
    with _statuses(programme, evidence) as connection:
        found = connection.execute("SELECT count(*) FROM lacking").fetchall()
    return int(found[0][0])


def by_ward(programme: Programme, evidence: Evidence) -> list[dict[str, Any]]:
    """Per ward: persons, and those without an answer by status (`lacking`: status → count)."""
    with _statuses(programme, evidence) as connection:
        persons = connection.execute("SELECT ward_code, count(*) FROM base GROUP BY 1 ORDER BY 1").fetchall()
        lacking = connection.execute(
            "SELECT ward_code, status, count(*) FROM lacking GROUP BY 1, 2"
        ).fetchall()
    found: list[dict[str, Any]] = []
    for ward, count in persons:
        missing = {status: number for each, status, number in lacking if each == ward}
        found.append({"ward": ward, "persons": count, "lacking": missing, "total": sum(missing.values())})
    return found


def listed(
    programme: Programme, evidence: Evidence, *, ward: str, status: str, offset: int, limit: int
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
def _statuses(programme: Programme, evidence: Evidence) -> Iterator[duckdb.DuckDBPyConnection]:
    """`base`, and `lacking`: its persons whose status is unknown."""
    with duck.connect() as connection:
        for name, path in vars(evidence).items():
            quoted = str(path).replace("'", "''")
            source = _NOTHING[name] if path is None else f"SELECT * FROM read_parquet('{quoted}')"
            connection.execute(f"CREATE TEMP VIEW {name} AS {source}")
        connection.execute(
            "CREATE TEMP TABLE lacking AS SELECT s.resident_code, b.ward_code, s.status, b.moved_in_on"
            f" FROM ({decision_sql.statuses(programme)}) s JOIN base b USING (resident_code)"
            f" WHERE s.status IN ({', '.join(repr(word) for word in UNKNOWN)})"
        )
        yield connection
