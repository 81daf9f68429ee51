"""What stands in a database, whole."""

from __future__ import annotations

from django.db import connections


def whole(alias: str) -> str:
    """Every column of every row of every table, as text; bytes stand there as hex."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'm') AND NOT relispartition"
            " AND relnamespace = 'public'::regnamespace"
        )
        lines: list[str] = []
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{name}" t')
            lines += [line for (line,) in cursor.fetchall()]
    return "\n".join(lines)
