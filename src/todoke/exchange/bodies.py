"""電文本文の出し入れ: bodies of some megabytes go to and from PostgreSQL as binary parameters.

Django writes a parameter into the statement as text: bytes double in size and are parsed again. For 2.5 MB that
is 62 ms an insert; binary, into a column stored without compression (migration 0001), it is 4 ms (measured).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from django.db import connections


def fetch(alias: str, statement: LiteralString, values: Sequence[object]) -> tuple[Any, ...] | None:
    """Run one statement on the alias's connection (in its transaction) and return its first row, if any.

    Errors are Django's, as from any cursor of that connection.
    """
    with _cursor(alias) as cursor:
        cursor.execute(statement, values, binary=True)
        return cursor.fetchone()


def fetch_all(alias: str, statement: LiteralString, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """As `fetch`, every row."""
    with _cursor(alias) as cursor:
        cursor.execute(statement, values, binary=True)
        return cursor.fetchall()


@contextmanager
def _cursor(alias: str) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    connection = connections[alias]
    connection.ensure_connection()
    assert connection.connection is not None
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor
