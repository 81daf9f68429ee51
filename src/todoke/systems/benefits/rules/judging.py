"""支給判定, Parquet in and Parquet out: nothing but the files decides, so a decision can be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from todoke.engine import duck, snapshots
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.rules import decision_sql
from todoke.systems.benefits.rules.programme import Programme


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The sealed files of one decision; relations that may be empty are None then (decision_sql names them)."""

    base: Path
    latest: Path
    tax: Path
    assistance: Path
    answers: Path | None = None
    paid: Path | None = None
    applications: Path | None = None
    special: Path | None = None
    earlier: Path | None = None
    figures: Path | None = None

    def files(self) -> list[Path]:
        """Every file there is."""
        return [path for path in vars(self).values() if path is not None]


_EMPTY = {
    "answers": "SELECT ''::VARCHAR AS resident_code, ''::VARCHAR AS status WHERE false",
    "paid": "SELECT ''::VARCHAR AS lineage WHERE false",
    "applications": "SELECT ''::VARCHAR AS household_key, DATE '1970-01-01' AS received_on WHERE false",
    "special": "SELECT ''::VARCHAR AS resident_code, ''::VARCHAR AS kind WHERE false",
    "earlier": (
        "SELECT ''::VARCHAR AS programme, ''::VARCHAR AS household_key, ''::VARCHAR AS head, ''::VARCHAR AS standing"
        " WHERE false"
    ),
    "figures": "SELECT ''::VARCHAR AS resident_code, ''::VARCHAR AS item, 0::BIGINT AS value WHERE false",
}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Control totals of one judging: everybody who is judged is in exactly one household."""

    residents: int
    households: int


def judge(programme: Programme, inputs: Inputs, *, households: Path, persons: Path) -> Judged:
    """Write the household decisions and the persons' statuses; both ordered, so equal inputs give equal rows.

    STATE_CONFLICT, and neither file, when a person would be in no household or in several.
    """
    with duck.connect() as connection:
        _open(connection, inputs)
        given = {name for name, path in vars(inputs).items() if path is not None}
        connection.execute("CREATE TEMP VIEW population AS " + decision_sql.population(programme, given))
        connection.execute("CREATE TEMP TABLE status AS " + decision_sql.statuses(programme, given))
        connection.execute("CREATE TEMP TABLE decision AS " + decision_sql.households(programme))
        judged = _complete(connection)
        _write(connection, _HOUSEHOLDS, households)
        _write(connection, _PERSONS, persons)
    return judged


_HOUSEHOLDS = "SELECT * FROM decision ORDER BY household_key"
_PERSONS = "SELECT resident_code, household_key, status, source FROM status ORDER BY resident_code"
# A person or household that a join had doubled or lost would show in one of the first three
_TOTALS = """
SELECT (SELECT count(*) FROM population), (SELECT count(*) FROM status), (SELECT coalesce(sum(members), 0)::BIGINT FROM decision),
    (SELECT count(*) FROM decision), (SELECT count(*) FROM population WHERE contains(household_code, '-'))
"""


def _complete(connection: duckdb.DuckDBPyConnection) -> Judged:
    ((residents, persons, members, households, already_split),) = connection.execute(_TOTALS).fetchall()
    if not (residents == persons == members and already_split == 0):
        detail = f"判定の対象となる住民 {residents} 人と判定した人 {members} 人が一致しないか、世帯コードに枝番があります"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
    return Judged(residents=residents, households=households)


def _open(connection: duckdb.DuckDBPyConnection, inputs: Inputs) -> None:
    for name, path in vars(inputs).items():
        source = _EMPTY[name] if path is None else f"SELECT * FROM read_parquet('{_quoted(path)}')"
        connection.execute(f"CREATE TEMP VIEW {name} AS {source}")


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    how = f"FORMAT PARQUET, COMPRESSION ZSTD, ROW_GROUP_SIZE {snapshots.GROUP_ROWS}"
    connection.execute(f"COPY ({query}) TO '{_quoted(unfinished)}' ({how})")
    unfinished.replace(path)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
