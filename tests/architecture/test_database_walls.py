"""No role enters another system's or municipality's database, and an app role can do no more than rows. Raw SQL."""

from __future__ import annotations

import os
from itertools import product

import psycopg
import pytest
from psycopg import sql

from todoke.sites.database.postgres import Server
from todoke.sites.instance import DatabaseAccount, Instance

REFUSED = psycopg.errors.InsufficientPrivilege

BEYOND_ROWS = {
    "make a table": "CREATE TABLE mine (id int)",
    "make a schema": "CREATE SCHEMA mine",
    "make a function": "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "alter a table": "ALTER TABLE oplog_operation ADD COLUMN mine int",
    "drop a table": "DROP TABLE oplog_operation",
    "empty a table": "TRUNCATE oplog_operation",
    "change an entry of the log": "UPDATE oplog_operation SET actor = 'x'",
    "remove an entry of the log": "DELETE FROM oplog_operation",
    "remove a checkpoint": "DELETE FROM oplog_checkpoint",
    "take a month off the log": "ALTER TABLE oplog_operation DETACH PARTITION oplog_operation_2026_01",
    "switch a guard off": "ALTER TABLE oplog_operation DISABLE TRIGGER ALL",
    "switch all guards off": "SET session_replication_role = replica",
    "claim a migration": "INSERT INTO django_migrations (app, name, applied) VALUES ('oplog', '9999', now())",
    "reach out by dblink": "CREATE EXTENSION dblink",
    "reach out by a foreign server": "CREATE EXTENSION postgres_fdw",
    "run a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "read a file of the server": "SELECT pg_read_file('postgresql.conf')",
    "write a file of the server": "COPY (SELECT 1) TO '/tmp/todoke-never'",
    "import a large object": "SELECT lo_import('/etc/passwd')",
    "make a role": "CREATE ROLE mine",
    "make a database": "CREATE DATABASE mine",
    "read password verifiers": "SELECT rolpassword FROM pg_authid",
}


def _connect(server: Server, account: DatabaseAccount, database: str | None = None) -> psycopg.Connection:
    entered = DatabaseAccount(dbname=database or account.dbname, user=account.user, password=account.password)
    return psycopg.connect(server.address.uri(entered), autocommit=True)


def _apps(instance: Instance) -> list[DatabaseAccount]:
    return [instance.account(*wall) for wall in instance.walls()]


def _everybody(instance: Instance) -> list[DatabaseAccount]:
    owners = [instance.owner(*wall) for wall in instance.walls()]
    return [*_apps(instance), *owners, instance.template_owner()]


def test_every_wall_has_a_database_and_roles_of_its_own(instance, server) -> None:
    accounts = _everybody(instance)
    assert len({account.user for account in accounts}) == len(accounts) == 2 * len(instance.walls()) + 1
    assert len({account.password for account in accounts}) == len(accounts)
    assert len({account.dbname for account in accounts}) == len(instance.walls()) + 1
    municipal = [wall for wall in instance.walls() if wall[0] == "intermediary"]
    assert [municipality for _, municipality in municipal] == list(instance.municipalities)


def test_no_role_connects_to_a_database_that_is_not_its_own(instance, server) -> None:
    databases = {account.dbname for account in _everybody(instance)}
    if "TODOKE_DATABASE_URL" not in os.environ:  # of somebody else's server these two are not ours to close
        databases |= {"postgres", "template1"}
    entered = []
    for account, database in product(_everybody(instance), sorted(databases)):
        try:
            _connect(server, account, database).close()
        except psycopg.OperationalError as error:
            # refused at the door, not for a wrong password
            assert "permission denied for database" in str(error)  # noqa: PT017
        else:
            entered.append((account.user, database))
    assert sorted(entered) == sorted((account.user, account.dbname) for account in _everybody(instance))


def test_a_wrong_password_is_refused(instance, server) -> None:
    own = instance.account("residents")
    other = DatabaseAccount(dbname=own.dbname, user=own.user, password=instance.account("linkage").password)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        _connect(server, other)


@pytest.mark.parametrize("command", BEYOND_ROWS.values(), ids=BEYOND_ROWS.keys())
def test_an_app_role_can_do_rows_only(instance, server, command) -> None:
    for wall in (("linkage", None), ("intermediary", "13112")):
        with _connect(server, instance.account(*wall)) as connection, pytest.raises(REFUSED):
            connection.execute(command)


def test_an_app_role_can_do_rows(databases, server) -> None:
    for wall in databases.walls():
        with _connect(server, databases.account(*wall)) as connection:
            connection.execute(
                "INSERT INTO oplog_operation (at, actor, verb, leaf) VALUES (now(), 's', 'v', sha256('x'))"
            )
            assert connection.execute("SELECT count(*) FROM oplog_operation").fetchone() == (1,)
            connection.execute("CREATE TEMPORARY TABLE staged (id int) ON COMMIT DROP")


def test_nobody_takes_another_role(instance, server) -> None:
    for own, other in product(_apps(instance)[:3], _everybody(instance)):
        if own.user != other.user:
            for command in ("SET ROLE {}", "SET SESSION AUTHORIZATION {}"):
                with _connect(server, own) as connection, pytest.raises(REFUSED):
                    connection.execute(sql.SQL(command).format(sql.Identifier(other.user)))


def test_a_query_cannot_name_another_database(instance, server) -> None:
    other = sql.Identifier(instance.account("linkage").dbname, "public", "oplog_operation")
    refused = pytest.raises(psycopg.errors.FeatureNotSupported, match="cross-database")
    with _connect(server, instance.account("benefits")) as connection, refused:
        connection.execute(sql.SQL("SELECT * FROM {}").format(other))


def test_roles_have_no_rights_over_the_server_and_apps_own_nothing(instance, server) -> None:
    names = [account.user for account in _everybody(instance)]
    with psycopg.connect(server.admin_url) as admin:
        strong = admin.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND"
            " (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)",
            [names],
        ).fetchall()
        member = (
            "SELECT 1 FROM pg_auth_members WHERE member IN (SELECT oid FROM pg_roles WHERE rolname = ANY(%s))"
        )
        owned = "SELECT 1 FROM pg_shdepend JOIN pg_roles ON oid = refobjid WHERE deptype = 'o' AND rolname = ANY(%s)"
        assert strong == []
        assert admin.execute(member, [names]).fetchall() == []
        assert admin.execute(owned, [[account.user for account in _apps(instance)]]).fetchall() == []
        assert len(admin.execute(owned, [names]).fetchall()) > 0
