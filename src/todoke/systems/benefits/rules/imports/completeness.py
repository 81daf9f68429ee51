"""課税情報の充足: whether everybody of the register has a tax answer, by the very rules of the decision."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import msgspec

from todoke.engine import duck
from todoke.engine.duck import DuckEngine
from todoke.engine.statement import Output, Statement, Totals
from todoke.systems.benefits.rules.deciding import judging
from todoke.systems.benefits.rules.deciding.judging import Inputs
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

UNKNOWN: Final = tuple(status.value for status in TaxStatus if status.unknown)
_STANDING: Final = """
SELECT s.resident_code, CASE WHEN s.protected THEN '秘匿' ELSE COALESCE(b.ward_code, l.ward_code) END AS ward_code, s.status,
    CASE WHEN NOT s.protected THEN COALESCE(b.moved_in_on, l.moved_in_on) END AS moved_in_on
FROM status s LEFT JOIN base b ON b.resident_code = s.resident_code
LEFT JOIN latest l ON l.resident_code = s.resident_code
"""
_LACKING: Final = "status IN ('" + "', '".join(UNKNOWN) + "')"


def standing(programme: Programme, evidence: Inputs, folder: Path) -> Path:
    """Everybody who is judged, with ward and tax status: a file in `folder`, worked out once for the same evidence."""
    statement = judging.statement(programme, evidence)
    sealed = [statement.sha256, _STANDING, *(str(path) for path in evidence.files())]
    digest = hashlib.sha256("\n".join(sealed).encode()).hexdigest()
    path = folder / f"standing-{digest[:16]}.parquet"
    if not path.is_file():
        DuckEngine().run(_statuses_only(statement), vars(evidence), {"persons": path}, _anything)
    return path


def _statuses_only(statement: Statement) -> Statement:
    """The judging up to the persons' statuses."""
    names = [step.name for step in statement.steps]
    return msgspec.structs.replace(
        statement,
        steps=statement.steps[: names.index("status") + 1],
        outputs=(Output(name="persons", query=_STANDING, key="resident_code"),),
        asked="SELECT count(*) AS residents FROM population",
        written="SELECT count(*) AS persons FROM persons",
    )


def _anything(_: Totals) -> None:
    """Nothing is decided here, so nothing is refused."""


def unknown(persons: Path) -> int:
    """How many of them have no tax answer."""
    with duck.connect() as connection:
        query = f"SELECT count(*) FROM read_parquet(?) WHERE {_LACKING}"
        found = connection.execute(query, [str(persons)]).fetchall()
    return int(found[0][0])


def by_ward(persons: Path) -> list[dict[str, Any]]:
    """Per ward: persons, and those without an answer by status (`lacking`: status → count)."""
    query = "SELECT ward_code, status, count(*) FROM read_parquet(?) GROUP BY 1, 2 ORDER BY 1, 2"
    with duck.connect() as connection:
        counted = connection.execute(query, [str(persons)]).fetchall()
    found: dict[str, dict[str, Any]] = {}
    for ward, status, count in counted:
        line = found.setdefault(ward, {"ward": ward, "persons": 0, "lacking": {}, "total": 0})
        line["persons"] += count
        if status in UNKNOWN:
            line["lacking"][status] = count
            line["total"] += count
    return list(found.values())


def listed(
    persons: Path, *, ward: str, status: str, offset: int, limit: int
) -> tuple[int, list[dict[str, Any]]]:
    """Who has no answer: how many, and one page by ward and code (resident_code, ward_code, status, moved_in_on)."""
    where = f"{_LACKING} AND ($ward = '' OR ward_code = $ward) AND ($status = '' OR status = $status)"
    values = {"ward": ward, "status": status}
    source = f"read_parquet('{duck.quoted(persons)}')"
    with duck.connect() as connection:
        counted = connection.execute(f"SELECT count(*) FROM {source} WHERE {where}", values).fetchall()
        query = f"SELECT * FROM {source} WHERE {where} ORDER BY ward_code, resident_code"
        rows = duck.table(connection, f"{query} LIMIT {int(limit)} OFFSET {int(offset)}", values)
    return int(counted[0][0]), rows.to_pylist()
