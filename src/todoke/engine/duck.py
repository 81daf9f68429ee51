"""DuckDB: one machine. Whatever does not fit into its memory is spilled beside the output and gone afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from todoke.engine import snapshots
from todoke.engine.statement import Check, Output, Statement, Totals


@contextmanager
def connect(
    *, memory: str = "1GB", threads: int = 2, spill: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory DuckDB that closes itself. Without `spill`, what does not fit into `memory` is an error."""
    config: dict[str, Any] = {
        "memory_limit": memory,
        "threads": threads,
        "autoinstall_known_extensions": "false",
    }
    connection = duckdb.connect(config=config | ({"temp_directory": str(spill)} if spill else {}))
    try:
        # the house shows its own (batch/progress.py)
        connection.execute("SET enable_progress_bar = false")
        yield connection
    finally:
        connection.close()
        if spill:
            shutil.rmtree(spill, ignore_errors=True)


@contextmanager
def cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of the process's one DuckDB, for a screen's point reads: a database of its own costs 17 ms of CPU each."""
    own = _shared().cursor()
    try:
        yield own
    finally:
        own.close()


@cache
def _shared() -> duckdb.DuckDBPyConnection:
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": "512MB",
        "threads": 1,
        "autoinstall_known_extensions": "false",
    }
    return duckdb.connect(config=config)


def table(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None
) -> pa.Table:
    """The whole result of `query` ($name for parameters) as Arrow."""
    result: pa.Table = connection.sql(query, params=parameters).to_arrow_table()
    return result


@dataclass(frozen=True, kw_only=True)
class DuckEngine:
    """`memory` bounds what DuckDB holds; the process needs up to half as much again for files and Python."""

    memory: str = "2GB"
    threads: int = 2
    name: str = "duckdb"

    @property
    def version(self) -> str:
        """DuckDB's own."""
        return duckdb.__version__

    def run(
        self, statement: Statement, files: Mapping[str, Path | None], out: Mapping[str, Path], check: Check
    ) -> Totals:
        """See Engine."""
        folder = next(iter(out.values())).parent
        with connect(memory=self.memory, threads=self.threads, spill=folder / ".spill") as connection:
            # every output says its own order; keeping the inputs' order in between would only cost memory
            connection.execute("SET preserve_insertion_order = false")
            name_words(connection, statement)
            for name, path in files.items():
                if path is not None:
                    view(connection, name, [path])
            for name, query in statement.relations(files).items():
                connection.execute(f"CREATE TEMP VIEW {name} AS {query}")
            for step in statement.steps:
                kind = "TABLE" if step.kept else "VIEW"
                query = _worded(connection, step.query, statement) if step.kept else step.query
                connection.execute(f"CREATE TEMP {kind} {step.name} AS {query}")
            asked = counts(connection, statement.asked)
            rows = {one.name: one.query for one in statement.outputs}
            return write(connection, statement, rows, out, lambda written: check(asked | written)) | asked


def write(
    connection: duckdb.DuckDBPyConnection,
    statement: Statement,
    rows: Mapping[str, str],
    out: Mapping[str, Path],
    check: Check,
) -> Totals:
    """Write `rows` (output → query) in the one form that outputs have, whichever engine worked them out."""
    unfinished = {name: path.with_name(f".{path.name}.part") for name, path in out.items()}
    for output in statement.outputs:
        _copy(connection, _worded(connection, rows[output.name], statement), output, unfinished[output.name])
        view(connection, output.name, [unfinished[output.name]])
    totals = counts(connection, statement.written)
    try:
        check(totals)
        for name, path in out.items():
            unfinished[name].replace(path)
    finally:
        for part in unfinished.values():
            part.unlink(missing_ok=True)
    return totals


def view(connection: duckdb.DuckDBPyConnection, name: str, paths: Sequence[Path]) -> None:
    """Call the rows of Parquet files `name`."""
    listed = ", ".join(f"'{quoted(path)}'" for path in paths)
    connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet([{listed}])")


def counts(connection: duckdb.DuckDBPyConnection, query: str) -> Totals:
    """A row of counts, by column name."""
    found = connection.execute(query)
    names = [column[0] for column in found.description or ()]
    return {name: int(value) for name, value in zip(names, found.fetchall()[0], strict=True)}


def quoted(path: Path) -> str:
    """A path as the inside of an SQL literal."""
    return str(path).replace("'", "''")


# Version 2 has codes one after another and their lengths apart: a sixth less work to write, a quarter less to read. A
# dictionary is for columns of few words; sought for codes, which all differ, it is work for nothing
_FORM = (
    "FORMAT PARQUET, PARQUET_VERSION V2, COMPRESSION ZSTD, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 64, "
    f"ROW_GROUP_SIZE {snapshots.GROUP_ROWS}"
)


def _copy(connection: duckdb.DuckDBPyConnection, query: str, output: Output, path: Path) -> None:
    connection.execute(f"COPY (SELECT * FROM ({query}) ORDER BY {output.key}) TO '{quoted(path)}' ({_FORM})")


def name_words(connection: duckdb.DuckDBPyConnection, statement: Statement) -> None:
    """A column of few words is held as numbers: a third less work in joins, sorting and writing."""
    for column, words in statement.words.items():
        listed = ", ".join(f"'{word}'" for word in words)
        connection.execute(f"CREATE TYPE {column}_word AS ENUM ({listed})")


def _worded(connection: duckdb.DuckDBPyConnection, query: str, statement: Statement) -> str:
    columns = {row[0] for row in connection.execute(f"DESCRIBE {query}").fetchall()}
    named = [f"CAST({name} AS {name}_word) AS {name}" for name in statement.words if name in columns]
    return f"SELECT * REPLACE ({', '.join(named)}) FROM ({query})" if named else query
