"""Empties every database of an instance between tests, as the owners; costs a few milliseconds when all are empty."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType

from psycopg import Connection, sql

from todoke.sites.database.postgres import Server
from todoke.sites.database.provision import owner_connection
from todoke.sites.instance import Instance

_TABLES = """
    SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'django_migrations'
        AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND nspname NOT LIKE 'pg_temp%'
"""  # a partition, which may come and go, is emptied with its table
_GUARDS = """
    SELECT tgrelid::regclass::text, quote_ident(tgname), CASE tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' ELSE 'ENABLE' END
    FROM pg_trigger WHERE tgtype & 32 <> 0 AND tgenabled <> 'D' AND (tgrelid = ANY(%(tables)s::regclass[])
        OR tgrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = ANY(%(tables)s::regclass[])))
"""


class Emptier:
    """Keeps one owner connection per database for the test run."""

    def __init__(self, instance: Instance, server: Server) -> None:
        self.stack = ExitStack()
        self.owners: list[tuple[Connection, list[str]]] = []
        for wall in instance.walls():
            owner = self.stack.enter_context(owner_connection(instance, server, instance.owner(*wall)))
            owner.execute("SET lock_timeout = '10s'")  # a test left a transaction open: say so, do not hang
            self.owners.append((owner, [name for (name,) in owner.execute(_TABLES)]))

    def __enter__(self) -> Emptier:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stack.close()

    def empty(self) -> None:
        """Truncate the tables that have rows; append-only tables, too, whose guards stand aside meanwhile."""
        for owner, tables in self.owners:
            parts = [f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in tables]
            full = [name for (name,) in owner.execute(" UNION ALL ".join(parts))] if parts else []
            if full:
                with owner.transaction():
                    guards = owner.execute(
                        _GUARDS, {"tables": tables}
                    ).fetchall()  # CASCADE reaches empty tables, too
                    self._run(
                        owner, [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name, _ in guards]
                    )
                    self._run(owner, [f"TRUNCATE {', '.join(full)} RESTART IDENTITY CASCADE"])
                    self._run(
                        owner, [f"ALTER TABLE {table} {back} TRIGGER {name}" for table, name, back in guards]
                    )

    @staticmethod
    def _run(owner: Connection, commands: list[str]) -> None:
        for command in commands:
            owner.execute(sql.SQL(command))
