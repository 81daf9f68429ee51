"""Django migrations of one database by its owner role, and where Django's connections point."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from todoke.sites.instance import ENVIRONMENT, DatabaseAccount, Instance, ServerAddress
from todoke.sites.realms import Realm, system_of
from todoke.sites.router import labels_of
from todoke.sites.settings import databases


def set_up(instance: Instance, address: ServerAddress, *realms: Realm) -> None:
    """Django in this process, with the realms' databases of `instance` on the server at `address`.

    Where Django is set up already (for another instance, or before the server was started) aliases it has keep
    their accounts and move to the server; aliases it lacks are added.
    """
    if not settings.configured:
        os.environ[ENVIRONMENT] = str(instance.path)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoke.sites.everything")
    django.setup()
    wanted = connections.configure_settings({"default": {}, **databases(instance, realms, address)})
    for name, found in wanted.items():
        kept = connections.settings.setdefault(name, found)
        if name != "default":
            kept.update({key: found[key] for key in ("HOST", "PORT", "OPTIONS")})
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
    present = connections.settings[database_alias]
    kept = {key: present[key] for key in ("NAME", "USER", "PASSWORD")}
    connections[database_alias].close()
    present.update(NAME=account.dbname, USER=account.user, PASSWORD=account.password)
    try:
        yield
    finally:
        connections[database_alias].close()
        present.update(kept)
