"""A database as a stream: every table by COPY BINARY from one snapshot, with counts and hashes (REPEATABLE READ).

The app role reads; partitions are closed to it, so a partitioned table is read as a whole in the order of its key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

import msgspec
import psycopg
from psycopg import sql

from todoke.kernel import clock
from todoke.sites.backup import frames
from todoke.sites.backup.manifest import Log, Table

Connection = psycopg.Connection[tuple[Any, ...]]

_TABLES: Final = """
SELECT c.relname, c.relkind = 'p',
    array_agg(a.attname::text ORDER BY a.attnum),
    (SELECT array_agg(k.attname::text ORDER BY array_position(i.indkey::int[], k.attnum::int))
     FROM pg_index AS i JOIN pg_attribute AS k ON k.attrelid = i.indrelid AND k.attnum = ANY (i.indkey)
     WHERE i.indrelid = c.oid AND i.indisprimary),
    ARRAY(SELECT h.inhrelid::regclass::text FROM pg_inherits AS h WHERE h.inhparent = c.oid ORDER BY 1)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY c.oid ORDER BY c.relname COLLATE "C"
"""
_LOG: Final = """
SELECT (SELECT count(*) FROM oplog_segment), (SELECT count(*) FROM oplog_operation),
    coalesce((SELECT note FROM oplog_checkpoint ORDER BY size DESC LIMIT 1), '')
"""


class Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table as it is read and loaded: its columns without generated ones; of a partitioned one its key and partitions."""

    name: str
    columns: list[str]
    key: list[str] = []
    partitions: list[str] = []


class Ending(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands behind the tables: the numbers that sequences gave last."""

    sequences: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One database at one moment, for as long as its connection lives."""

    alias: str
    connection: Connection
    taken_at: datetime
    migrations: list[str]
    log: Log

    def dump(self, stream: IO[bytes]) -> list[Table]:
        """Write the database to `stream`; its tables."""
        found = [self._table(shape, stream) for shape in shapes(self.connection)]
        frames.write(stream, frames.LAST, msgspec.json.encode(self._ending()))
        return found

    def _table(self, shape: Shape, stream: IO[bytes]) -> Table:
        frames.write(stream, frames.HEADER, msgspec.json.encode(shape))
        table = _copied(self.connection, shape, lambda chunk: frames.write_data(stream, chunk))
        frames.write(stream, frames.END, msgspec.json.encode(table))
        return table

    def _ending(self) -> Ending:
        sequences = self.connection.execute(
            "SELECT sequencename::text, last_value FROM pg_sequences WHERE schemaname = 'public'"
        )
        return Ending(sequences={name: value for name, value in sequences.fetchall() if value is not None})


def connect(uri: str) -> Connection:
    """A connection of our own, beside Django's: it is read in another thread."""
    return psycopg.connect(uri)


def snapshot(alias: str, uri: str) -> Snapshot:
    """Take it, and keep everybody from changing the tables' form until the connection is closed."""
    connection = connect(uri)
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    migrations = connection.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1").fetchall()
    taken_at = clock.now()
    _settle(connection)
    names = sql.SQL(", ").join(sql.Identifier(shape.name) for shape in shapes(connection))
    connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))
    row = connection.execute(_LOG).fetchone()
    assert row is not None
    return Snapshot(
        alias=alias,
        connection=connection,
        taken_at=taken_at,
        migrations=[name for (name,) in migrations],
        log=Log(segments=row[0], rows=row[1], checkpoint=row[2]),
    )


def hashes(connection: Connection) -> list[Table]:
    """Counts and hashes of every table as it is now, for comparison after a restore."""
    _settle(connection)
    return [_copied(connection, shape, lambda _chunk: None) for shape in shapes(connection)]


def shapes(connection: Connection) -> list[Shape]:
    """Every table of a database, partitioned ones as a whole."""
    found = connection.execute(_TABLES).fetchall()
    return [
        Shape(name=name, columns=columns, key=key, partitions=parts)
        if partitioned
        else Shape(name=name, columns=columns)
        for name, partitioned, columns, key, parts in found
    ]


def _copied(connection: Connection, shape: Shape, take: Callable[[bytes], None]) -> Table:
    """Give the table's COPY BINARY in pieces of a mebibyte to `take`; its count and hash."""
    digest = hashlib.sha256()
    held: list[bytes] = []
    size = 0

    def pass_on() -> None:
        chunk = b"".join(held)
        held.clear()
        digest.update(chunk)
        take(chunk)

    with connection.cursor() as cursor:
        with cursor.copy(_statement(shape)) as copy:
            for piece in copy:
                held.append(bytes(piece))
                size += len(piece)
                if size >= frames.CHUNK:
                    pass_on()
                    size = 0
        pass_on()
        return Table(name=shape.name, rows=max(cursor.rowcount, 0), sha256=digest.hexdigest())


def _settle(connection: Connection) -> None:
    # a scan that joins another one in the middle of the table would give the same rows in another order
    connection.execute("SET synchronize_seqscans = off")


def _statement(shape: Shape) -> sql.Composed:
    columns = sql.SQL(", ").join(map(sql.Identifier, shape.columns))
    table = sql.Identifier(shape.name)
    if not shape.key:
        return sql.SQL("COPY {} ({}) TO STDOUT (FORMAT BINARY)").format(table, columns)
    key = sql.SQL(", ").join(map(sql.Identifier, shape.key))
    return sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT (FORMAT BINARY)").format(
        columns, table, key
    )
