"""Provisioning can be run again, and gives Django one working alias per wall."""

from __future__ import annotations

from django.db import connections

from todoke.sites.provision import provision
from todoke.sites.realms import alias


def test_every_alias_connects_to_its_own_database(databases) -> None:
    for wall in databases.walls():
        with connections[alias(*wall)].cursor() as cursor:
            cursor.execute("SELECT current_database(), current_user")
            account = databases.account(*wall)
            assert cursor.fetchone() == (account.dbname, account.user)


def test_again(databases, server) -> None:
    provision(databases, server)
