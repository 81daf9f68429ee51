"""A database from its stream: all of it in one transaction, or nothing; every count and hash must come out.

Needs a server role that may set `session_replication_role` (a superuser, or PostgreSQL ≥ 15's GRANT SET ON PARAMETER):
the guards of append-only tables and the keys between tables stand aside while rows that passed them once come back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import IO, Any

import msgspec
import psycopg
from psycopg import sql

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.backup import dumping, frames
from todoke.sites.backup.dumping import Connection, Ending, Shape
from todoke.sites.backup.manifest import Database, Table
from todoke.sites.backup.parts import refused

Frames = Iterator[tuple[bytes, bytes]]


def load(connection: Connection, owner: str, stream: IO[bytes], wanted: Database, backup: str) -> None:
    """Fill the migrated tables of a database. BACKUP_REFUSED for anything else than what the manifest says."""
    with connection.transaction():
        _stand_aside(connection, owner)
        here = {shape.name: shape for shape in dumping.shapes(connection)}
        names = sql.SQL(", ").join(map(sql.Identifier, here))
        connection.execute(sql.SQL("TRUNCATE {}").format(names))
        found: list[Table] = []
        given = frames.read(stream)
        for kind, payload in given:
            if kind == frames.HEADER:
                shape = msgspec.json.decode(payload, type=Shape)
                if shape.name not in here or here[shape.name].columns != shape.columns:
                    raise refused(backup, f"{wanted.alias} の表 {shape.name} がこの版にありません")
                found.append(_table(connection, shape, given, backup))
            elif kind == frames.LAST:
                _sequences(connection, msgspec.json.decode(payload, type=Ending))
            else:
                raise ValueError("rows outside of a table")
        if found != wanted.tables:
            raise refused(backup, f"{wanted.alias} の件数または内容が目録と違います")


def differences(connection: Connection, wanted: Database) -> list[str]:
    """The tables whose rows are not those of the manifest, read again from the database."""
    with connection.transaction():
        now = {table.name: table for table in dumping.hashes(connection)}
    wrong = [table.name for table in wanted.tables if now.get(table.name) != table]
    known = {table.name for table in wanted.tables}
    return wrong + [name for name, table in now.items() if name not in known and table.rows]


def _stand_aside(connection: Connection, owner: str) -> None:
    try:
        connection.execute("SET LOCAL session_replication_role = replica")
    except psycopg.errors.InsufficientPrivilege:
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail="session_replication_role を設定できない役割です",
            todo="TODOKE_DATABASE_URL に superuser を指定するか、GRANT SET ON PARAMETER で許可してください。",
        ) from None
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner)))


def _table(connection: Connection, shape: Shape, given: Frames, backup: str) -> Table:
    _months(connection, shape)
    digest = hashlib.sha256()
    columns = sql.SQL(", ").join(map(sql.Identifier, shape.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)")
    with connection.cursor() as cursor:
        with cursor.copy(statement.format(sql.Identifier(shape.name), columns)) as copy:
            for kind, payload in given:
                if kind != frames.DATA:
                    break
                digest.update(payload)
                copy.write(payload)
        table = Table(name=shape.name, rows=max(cursor.rowcount, 0), sha256=digest.hexdigest())
    if kind != frames.END or msgspec.json.decode(payload, type=Table) != table:
        raise refused(backup, f"表 {shape.name} の件数または内容が違います")
    return table


def _months(connection: Connection, shape: Shape) -> None:
    """The partitions that the rows need: the log's months."""
    for name in shape.partitions:
        year, month = name.removeprefix("oplog_operation_").split("_")
        connection.execute("SELECT oplog_open_month(%s::date)", [f"{year}-{month}-01"])


def _sequences(connection: Connection, ending: Ending) -> None:
    values: list[tuple[Any, ...]] = list(ending.sequences.items())
    with connection.cursor() as cursor:
        cursor.executemany("SELECT setval(format('public.%%I', %s::text)::regclass, %s)", values)
