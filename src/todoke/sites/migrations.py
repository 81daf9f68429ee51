"""Django migrations of one database by its owner role, and where Django's connections point."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from todoke.sites.instance import DatabaseAccount, ServerAddress
from todoke.sites.realms import system_of
from todoke.sites.router import labels_of


def point_at(address: ServerAddress) -> None:
    """Let Django's connections of this process use a server that was started after the settings were read."""
    for name in connections:
        settings = connections.settings[name]
        settings["HOST"], settings["PORT"] = address.host, str(address.port)
        settings.setdefault("OPTIONS", {}).update(address.options)
        connections[name].close()


def migrate(database_alias: str, owner: DatabaseAccount) -> int:
    """Apply what is missing, as the owner; returns how many migrations ran. A killed run is continued."""
    with _connected_as(database_alias, owner):
        executor = MigrationExecutor(connections[database_alias])
        executor.loader.check_consistent_history(connections[database_alias])
        targets = _targets(executor, database_alias)
        plan = executor.migration_plan(targets)
        executor.recorder.ensure_schema()
        executor.migrate(targets, plan)
        return len(plan)


def pending(database_alias: str) -> int:
    """How many migrations the database lacks, asked with the app role."""
    executor = MigrationExecutor(connections[database_alias])
    return len(executor.migration_plan(_targets(executor, database_alias)))


def _targets(executor: MigrationExecutor, database_alias: str) -> list[tuple[str, str]]:
    # only the apps that live here: Django would also record the others' migrations as applied
    labels = labels_of(system_of(database_alias))
    return [key for key in executor.loader.graph.leaf_nodes() if key[0] in labels]


@contextmanager
def _connected_as(database_alias: str, account: DatabaseAccount) -> Iterator[None]:
    settings = connections.settings[database_alias]
    kept = {key: settings[key] for key in ("NAME", "USER", "PASSWORD")}
    connections[database_alias].close()
    settings.update(NAME=account.dbname, USER=account.user, PASSWORD=account.password)
    try:
        yield
    finally:
        connections[database_alias].close()
        settings.update(kept)
