"""Provisioning can be run again, gives Django one alias per wall, and the test fixture really empties."""

from __future__ import annotations

import secrets
from dataclasses import replace

import psycopg
import pytest
from django.db import connections, transaction
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from todoke.oplog.models import Operation
from todoke.oplog.record import record
from todoke.oplog.who import Who
from todoke.sites.database.migrations import pending
from todoke.sites.database.provision import drop, owner_connection, provision
from todoke.sites.instance import Instance
from todoke.sites.realms import alias


def test_every_alias_connects_to_its_own_database(databases) -> None:
    for wall in databases.walls():
        with connections[alias(*wall)].cursor() as cursor:
            cursor.execute("SELECT current_database(), current_user")
            account = databases.account(*wall)
            assert cursor.fetchone() == (account.dbname, account.user)
        assert pending(alias(*wall)) == 0


def test_provisioning_again_keeps_what_is_there(databases, server) -> None:
    with transaction.atomic(using="residents"):
        record("residents", by=Who(staff_id="s001"), verb="residents:snapshot:import", subject="run-1")
    provision(databases, server)
    assert Operation.objects.using("residents").count() == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_append_only_rows_of_a_test_are_gone_in_the_next_and_the_guard_is_back(
    databases, server, turn
) -> None:
    for name in ("network", "intermediary_14401"):
        assert Operation.objects.using(name).count() == 0
        with transaction.atomic(using=name):
            record(name, by=Who(staff_id="s001"), verb="network:list:operate", subject="run-1")
        system, _, part = name.partition("_")
        refused = pytest.raises(psycopg.errors.CheckViolation, match="append-only")
        with owner_connection(databases, server, databases.owner(system, part or None)) as owner, refused:
            owner.execute("UPDATE oplog_operation SET actor = 's002'")


def test_tables_stand_only_where_they_belong(databases) -> None:
    tables = {
        alias(*wall): set(connections[alias(*wall)].introspection.table_names()) for wall in databases.walls()
    }
    assert all("oplog_operation" in names and "django_migrations" in names for names in tables.values())
    for name, names in tables.items():
        strangers = {
            other for other in ("residents", "benefits", "inquiry", "linkage", "network") if other != name
        }
        assert not {table for table in names if table.partition("_")[0] in strangers}


@pytest.mark.slow
def test_an_administrator_without_superuser_rights_can_make_and_drop_an_instance(server, tmp_path) -> None:
    chief = f"test_chief_{secrets.token_hex(4)}"
    other = Instance.create(tmp_path / "other", chief, municipalities=["14100", "13112"])
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {chief} LOGIN CREATEDB CREATEROLE PASSWORD 'of-a-test'")
        admin.execute(f"GRANT CONNECT ON DATABASE postgres TO {chief}")
        parts = conninfo_to_dict(server.admin_url) | {"user": chief, "password": "of-a-test"}
        weaker = replace(server, admin_url=make_conninfo("", **parts))
        try:
            provision(other, weaker)
            provision(other, weaker)
            with psycopg.connect(server.address.uri(other.account("intermediary", "13112"))) as own:
                assert own.execute("SELECT count(*) FROM oplog_operation").fetchone() == (0,)
            intruder = replace(other.account("intermediary", "13112"), dbname=other.account("linkage").dbname)
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(server.address.uri(intruder))
        finally:
            drop(other, weaker)
            admin.execute(f"REVOKE CONNECT ON DATABASE postgres FROM {chief}")
            admin.execute(f"DROP ROLE {chief}")
        left = admin.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE %s", [f"todoke_{chief}%"])
        assert left.fetchall() == []
        left = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"todoke_{chief}%"])
        assert left.fetchall() == []
