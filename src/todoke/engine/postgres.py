"""Whole tables between Arrow and PostgreSQL: COPY BINARY in, ADBC out; never a row loop."""

from __future__ import annotations

import secrets
import weakref
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pgpq
import psycopg
import pyarrow as pa
from adbc_driver_postgresql import dbapi
from django.db import connections, transaction
from psycopg import sql

Parameters = Sequence[Any] | Mapping[str, Any] | None

CHUNK_ROWS = 50_000
_LIKE = 10
"""Up to so many times more or fewer rows are planned for as those that were counted last."""
_staged: weakref.WeakKeyDictionary[psycopg.Connection[Any], dict[str, tuple[str, int]]] = (
    weakref.WeakKeyDictionary()
)
"""Temporary tables that a connection has: their columns, and the rows at the last count."""


def copy_in(alias: str, table: str, rows: pa.Table, *, fresh: bool = False) -> int:
    """Append `rows` to `table` in the current transaction; columns are matched by name. Returns the count.

    `fresh`: the table was made in this transaction, so its rows need no later pass to mark them as settled.
    """
    if not rows.num_rows:
        return 0
    raw = _raw(alias)
    encoder = pgpq.ArrowToPostgresBinaryEncoder(rows.schema)
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in rows.column_names)
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT BINARY, FREEZE {})").format(
        sql.Identifier(*table.split(".")), columns, sql.Literal(fresh)
    )
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(encoder.write_header())
        for batch in rows.to_batches(max_chunksize=CHUNK_ROWS):
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())
    return rows.num_rows


def stage(alias: str, name: str, rows: pa.Table) -> None:
    """Put `rows` into a temporary table `name` that is empty again after the transaction, for set-based statements.

    The table itself stays with the connection: to make and drop one writes some hundred rows of the catalogue, which
    for a message of one record was most of the work. Once a transaction.
    """
    encoder = pgpq.ArrowToPostgresBinaryEncoder(rows.schema)
    types = ", ".join(f'"{column.name}" {column.data_type.ddl()}' for column in encoder.schema().columns)
    known = _staged.setdefault(_raw(alias), {})
    made, counted = known.get(name, ("", 0))
    with connections[alias].cursor() as cursor:
        # who staged it may have dropped it, to stage it again in the same transaction
        cursor.execute("SELECT to_regclass(%s) IS NULL", [f'pg_temp."{name}"'])
        (gone,) = cursor.fetchone() or (True,)
        if gone or made != types:
            cursor.execute(f'DROP TABLE IF EXISTS pg_temp."{name}"')
            cursor.execute(f'CREATE TEMPORARY TABLE "{name}" ({types}) ON COMMIT DELETE ROWS')
            counted = 0
        copy_in(alias, name, rows)
        # the planner knows how full a page is from the last count, and sees how many pages there are
        if not counted / _LIKE <= rows.num_rows <= counted * _LIKE:
            cursor.execute(f'ANALYZE "{name}"')
            counted = max(rows.num_rows, 1)
    if known.get(name) != (types, counted):  # only what is committed is known
        transaction.on_commit(partial(known.__setitem__, name, (types, counted)), using=alias)


def join_whole_tables(alias: str) -> None:
    """Until the transaction ends, join by hash or merge only.

    A table that a step before has just filled has no statistics yet (the app role may not ANALYZE it), and the
    planner then takes it for nearly empty: 36,000 rows joined by nested loops took 112 s instead of 0.1 s.
    """
    with connections[alias].cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")


def read(alias: str, query: str, parameters: tuple[Any, ...] = ()) -> pa.Table:
    """The result of `query` ($1, $2 … for parameters) as Arrow, read on a connection of its own.

    It therefore sees committed rows only; call it outside of transactions that wrote what it reads.
    """
    with dbapi.connect(_uri(alias)) as connection, connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        table: pa.Table = cursor.fetch_arrow_table()
        return table


def fetch(alias: str, query: str, parameters: Parameters = None) -> list[tuple[Any, ...]]:
    """All rows of `query` in the current transaction (it sees what was just written)."""
    with connections[alias].cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def chunks(alias: str, query: str, parameters: Parameters, size: int) -> Iterator[tuple[Any, ...]]:
    """The rows of `query` in the current transaction, `size` of them in memory at a time."""
    with _raw(alias).cursor(f"chunks_{secrets.token_hex(4)}") as cursor:
        cursor.itersize = size
        cursor.execute(query, parameters, binary=True)
        yield from cursor


def execute(alias: str, statement: str, parameters: Parameters = None) -> int:
    """Run one writing statement in the current transaction; how many rows it touched."""
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def prepared(alias: str, statement: str, parameters: Parameters = None) -> tuple[list[tuple[Any, ...]], int]:
    """Run a constant of the code as `fetch` and `execute` do, planned once a connection: (rows, rows touched).

    For the few statements of every message: to parse and plan one of sixty columns takes longer than to run it. Values
    go beside the statement, so a parameter needs a type of its own where the statement does not give it one.
    """
    wrapper = connections[alias]
    with wrapper.wrap_database_errors, psycopg.Cursor(_raw(alias)) as cursor:
        cursor.execute(statement, parameters, prepare=True)
        return (cursor.fetchall() if cursor.description else []), int(cursor.rowcount)


def write_csv(alias: str, query: str, out: Path) -> int:
    """The rows of `query` (a constant of the code) as UTF-8 CSV with a header; returns how many.

    Times are in UTC with microseconds. The file appears under its name only when it is whole.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    part = out.with_name(out.name + ".part")
    with connections[alias].cursor() as plain:
        plain.execute("SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false)")
    with _raw(alias).cursor() as cursor, part.open("wb") as file:
        with cursor.copy(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER)") as copy:
            for data in copy:
                file.write(data)
        rows = cursor.rowcount
    part.replace(out)
    return rows


def _raw(alias: str) -> psycopg.Connection[Any]:
    wrapper = connections[alias]
    wrapper.ensure_connection()
    connection = wrapper.connection
    assert isinstance(connection, psycopg.Connection)
    return connection


def _uri(alias: str) -> str:
    settings = connections[alias].settings_dict
    return psycopg.conninfo.make_conninfo(
        host=settings["HOST"], port=settings["PORT"], dbname=settings["NAME"],
        user=settings["USER"], password=settings["PASSWORD"], **settings["OPTIONS"],
    )  # fmt: skip
