"""What stands in a database, whole. A partition is read through its table, and by nobody else."""

from __future__ import annotations

from django.db import connections

_TABLES = """
SELECT relname FROM pg_class
WHERE relkind IN ('r', 'p', 'm') AND NOT relispartition AND relnamespace = 'public'::regnamespace
"""


def tables(alias: str) -> list[str]:
    """Every table and stored view of the house."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_TABLES)
        return [name for (name,) in cursor.fetchall()]


def whole(alias: str) -> str:
    """Every column of every row of every table, as text; bytes stand there as hex."""
    lines: list[str] = []
    for name in tables(alias):
        with connections[alias].cursor() as cursor:
            cursor.execute(f'SELECT t::text FROM "{name}" t')
            lines += [line for (line,) in cursor.fetchall()]
    return "\n".join(lines)
