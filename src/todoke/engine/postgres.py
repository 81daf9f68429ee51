"""Whole tables between Arrow and PostgreSQL: COPY BINARY in, ADBC out; never a row loop."""

from __future__ import annotations

from typing import Any

import pgpq
import psycopg
import pyarrow as pa
from adbc_driver_postgresql import dbapi
from django.db import connections
from psycopg import sql

CHUNK_ROWS = 50_000


def copy_in(alias: str, table: str, rows: pa.Table) -> int:
    """Append `rows` to `table` in the current transaction; columns are matched by name. Returns the count."""
    if not rows.num_rows:
        return 0
    raw = _raw(alias)
    encoder = pgpq.ArrowToPostgresBinaryEncoder(rows.schema)
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in rows.column_names)
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT BINARY)").format(sql.Identifier(table), columns)
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(encoder.write_header())
        for batch in rows.to_batches(max_chunksize=CHUNK_ROWS):
            copy.write(encoder.write_batch(batch))
        copy.write(encoder.finish())
    return rows.num_rows


def stage(alias: str, name: str, rows: pa.Table) -> None:
    """Put `rows` into a temporary table `name` that goes with the transaction, for set-based statements."""
    encoder = pgpq.ArrowToPostgresBinaryEncoder(rows.schema)
    types = ", ".join(f'"{column.name}" {column.data_type.ddl()}' for column in encoder.schema().columns)
    with connections[alias].cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE "{name}" ({types}) ON COMMIT DROP')
        copy_in(alias, name, rows)
        cursor.execute(f'ANALYZE "{name}"')


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
        return cursor.fetch_arrow_table()


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
        user=settings["USER"], password=settings["PASSWORD"],
    )  # fmt: skip
