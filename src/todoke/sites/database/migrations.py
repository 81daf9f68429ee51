"""Django migrations of one database by its owner role, and where Django's connections point."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from todoke.sites.database.router import labels_of
from todoke.sites.instance import DatabaseAccount, ServerAddress
from todoke.sites.realms import system_of


def point_at(address: ServerAddress) -> None:
    """Let Django's connections of this process use a server that was started after the settings were read."""
    for name in connections:
        settings = connections.settings[name]
        settings["HOST"], settings["PORT"] = address.host, str(address.port)
        settings.setdefault("OPTIONS", {}).update(address.options)
        connections[name].close()


def migrate(database_alias: str, owner: DatabaseAccount, edition: Collection[str] | None = None) -> int:
    """Apply what is missing, as the owner; returns how many migrations ran. A killed run is continued.

    `edition`: of an empty database, only these (`app.name`), for the tables of an older backup; KeyError for a strange one.
    """
    with _connected_as(database_alias, owner):
        executor = MigrationExecutor(connections[database_alias])
        executor.loader.check_consistent_history(connections[database_alias])
        targets = _targets(executor, database_alias) if edition is None else _newest_of(executor, edition)
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


def _newest_of(executor: MigrationExecutor, edition: Collection[str]) -> list[tuple[str, str]]:
    """Those migrations of an edition that no other one of their app builds upon."""
    keys = {(app, name) for app, _, name in (one.partition(".") for one in edition)}
    nodes = {key: executor.loader.graph.node_map[key] for key in keys}
    return sorted(
        key
        for key, node in nodes.items()
        if not any(child.key in keys and child.key[0] == key[0] for child in node.children)
    )


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
