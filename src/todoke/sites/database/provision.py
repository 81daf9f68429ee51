"""Databases and roles of an instance: made, granted, migrated, dropped. Every step may be run again.

Per database an owner role (migrations) and an app role (rows only, owns nothing); PUBLIC may not connect, so a
role enters only its own database. Works for a superuser and for a role with CREATEDB and CREATEROLE, PostgreSQL ≥ 15.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from todoke.batch.progress import Meter
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import keys as log_keys
from todoke.sites.database import fleet
from todoke.sites.database.migrations import migrate, point_at
from todoke.sites.database.postgres import Server
from todoke.sites.instance import DatabaseAccount, Instance
from todoke.sites.realms import PER_MUNICIPALITY, Realm, alias

Admin = psycopg.Connection[tuple[Any, ...]]

_OLDEST = 150000
RESTORING = "todoke: restore not finished"
"""What stands on a database until all of its realm is back."""


def provision(
    instance: Instance,
    server: Server,
    *,
    realms: Sequence[Realm] = tuple(Realm),
    meter: Meter | None = None,
    canary: str | None = None,
) -> None:
    """Make whatever of the realms' roles, databases, tables and grants is missing.

    Needs Django set up with settings that have these realms' aliases. Raises SETUP_MISSING for a server older
    than PostgreSQL 15, MIGRATION_STOPPED for a municipality's database; psycopg errors of others pass.
    """
    point_at(server.address)
    for realm in realms:
        log_keys.make(instance.path, realm.value)
    with _alone(instance, server) as admin:
        for system, part in instance.walls(*realms):
            if system != PER_MUNICIPALITY:
                _database(admin, instance, server, system, part)
        if Realm.CITY in realms:
            _public_page(admin, instance, server)
        if Realm.PLATFORM in realms:
            _municipalities(admin, instance, server, meter or _Unseen(), canary)


def bare(instance: Instance, server: Server, wall: tuple[str, str | None], edition: Collection[str]) -> None:
    """Roles, database and tables of one edition, for a restore to fill; `provision` brings it up to date afterwards.

    STATE_CONFLICT when the database is there, unless it is what an interrupted restore left. KeyError: `migrate`.
    """
    owner, app = instance.owner(*wall), instance.account(*wall)
    with _alone(instance, server) as admin:
        mark = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        found = admin.execute(mark, [owner.dbname]).fetchone()
        if found and found[0] != RESTORING:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"{owner.dbname} が既にあります")
        _run(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", owner.dbname)
        _role(admin, owner)
        _role(admin, app)
        _create_database(admin, owner.dbname, owner.user, "template0")
        admin.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                sql.Identifier(owner.dbname), sql.Literal(RESTORING)
            )
        )
        _run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", owner.dbname)
    migrate(alias(*wall), owner, edition)


def restored(instance: Instance, server: Server, realm: Realm) -> None:
    """Take the mark of an unfinished restore off; municipalities' databases have got their own by `provision`."""
    with _alone(instance, server) as admin:
        for system, part in instance.walls(realm):
            if system != PER_MUNICIPALITY:
                _run(admin, "COMMENT ON DATABASE {} IS NULL", instance.owner(system, part).dbname)


def standings(instance: Instance, server: Server) -> list[fleet.Standing]:
    """How far every municipality's database is; makes and changes nothing."""
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        return fleet.standings(admin, instance)


class _Unseen:
    """A meter that nobody looks at."""

    def total(self, count: int) -> None: ...

    def advance(self, count: int) -> None: ...


def _municipalities(
    admin: Admin, instance: Instance, server: Server, meter: Meter, canary: str | None
) -> None:
    """Whatever municipality's database is missing or behind: the template, then the canary, then the others."""
    behind = [
        one.municipality for one in fleet.standings(admin, instance) if one.state is not fleet.State.CURRENT
    ]
    if not behind:
        return
    _template(admin, instance, server)

    def bring(code: str) -> None:
        _content_keys(code)
        _database(admin, instance, server, PER_MUNICIPALITY, code)

    fleet.bring_up(admin, instance, behind, bring, meter, canary=canary)


def drop(instance: Instance, server: Server) -> None:
    """Remove every database and role of the instance, with all data. The folder and its secrets stay."""
    owners = [instance.template_owner(), *(instance.owner(*wall) for wall in instance.walls())]
    instance.make_public()
    apps = [*(instance.account(*wall) for wall in instance.walls()), instance.public_account()]
    accounts = [*owners, *apps]
    with _alone(instance, server) as admin:
        for owner in owners:
            _run(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", owner.dbname)
        for account in accounts:
            _run(admin, "DROP ROLE IF EXISTS {}", account.user)


def owner_connection(instance: Instance, server: Server, account: DatabaseAccount) -> Admin:
    """An autocommitting connection with one owner's or app's own account."""
    return psycopg.connect(server.address.uri(account), autocommit=True)


@contextmanager
def _alone(instance: Instance, server: Server) -> Iterator[Admin]:
    """An administrator's connection; a second provisioning of the same instance waits."""
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        if admin.info.server_version < _OLDEST:
            raise TodokeError(
                ErrorCode.SETUP_MISSING,
                detail=f"PostgreSQL {admin.info.server_version // 10000}",
                todo="15以上のサーバーを指定してください。",
            )
        admin.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [f"todoke_{instance.name}"])
        yield admin


def _template(admin: Admin, instance: Instance, server: Server) -> None:
    """The migrated, empty database that each municipality's is cloned from: 0.1 s a clone, not a migration."""
    owner = instance.template_owner()
    _role(admin, owner)
    # owned by the administrator, so that REASSIGN OWNED in a clone cannot carry the template itself away
    _create_database(admin, owner.dbname, admin.info.user, "template0")
    _run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", owner.dbname)
    _run(admin, "GRANT CONNECT ON DATABASE {} TO {}", owner.dbname, owner.user)
    with psycopg.connect(make_conninfo(server.admin_url, dbname=owner.dbname), autocommit=True) as inside:
        _run(inside, "GRANT CREATE, USAGE ON SCHEMA public TO {}", owner.user)
    migrate(alias(PER_MUNICIPALITY, instance.municipalities[0]), owner)


def _content_keys(code: str) -> None:
    """What seals a municipality's 副本; one that has withdrawn its own key gets no other (ADR 0015)."""
    from todoke.systems.intermediary.codecs import contents

    contents.make_keys(code)


def _database(admin: Admin, instance: Instance, server: Server, system: str, part: str | None) -> None:
    owner, app = instance.owner(system, part), instance.account(system, part)
    _role(admin, owner)
    _role(admin, app)
    cloned = instance.template_owner() if system == PER_MUNICIPALITY else None
    _create_database(admin, owner.dbname, owner.user, cloned.dbname if cloned else "template0")
    _run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", owner.dbname)
    # temporary tables are how a set of rows gets next to the tables it is joined with
    _run(admin, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", owner.dbname, app.user)
    if cloned:
        with psycopg.connect(make_conninfo(server.admin_url, dbname=owner.dbname), autocommit=True) as inside:
            _run(inside, "REASSIGN OWNED BY {} TO {}", cloned.user, owner.user)
            _run(inside, "REVOKE ALL ON SCHEMA public FROM {}", cloned.user)
    migrate(alias(system, part), owner)
    with owner_connection(instance, server, owner) as inside:
        _grant_rows(inside, app.user)


def _grant_rows(inside: Admin, app: str) -> None:
    """Rows of present and future tables, no more: the app role cannot create, alter, truncate or own."""
    _run(inside, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
    _run(inside, "GRANT USAGE ON SCHEMA public TO {}", app)
    for right, kind in (("SELECT, INSERT, UPDATE, DELETE", "TABLES"), ("USAGE, SELECT", "SEQUENCES")):
        _run(inside, f"GRANT {right} ON ALL {kind} IN SCHEMA public TO {{}}", app)
        _run(inside, f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {right} ON {kind} TO {{}}", app)
    _run(inside, "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}", app)
    for (log,) in inside.execute(
        "SELECT tablename FROM pg_tables WHERE tablename LIKE 'oplog\\_%'"
    ).fetchall():
        _run(inside, "REVOKE UPDATE, DELETE ON {} FROM {}", log, app)


def _public_page(admin: Admin, instance: Instance, server: Server) -> None:
    """The role of the page on the internet: it enters one database, reads no table there and calls one function."""
    instance.make_public()
    public = instance.public_account()
    _role(admin, public)
    _run(admin, "GRANT CONNECT ON DATABASE {} TO {}", public.dbname, public.user)
    with owner_connection(instance, server, instance.owner("benefits")) as inside:
        _run(inside, "GRANT USAGE ON SCHEMA public TO {}", public.user)
        _run(inside, "GRANT EXECUTE ON FUNCTION benefits_public_status(text, date, text) TO {}", public.user)


def _role(admin: Admin, account: DatabaseAccount) -> None:
    """A log-in role that can do nothing yet. The server gets the SCRAM verifier, so no log has the password."""
    verifier = admin.pgconn.encrypt_password(
        account.password.encode(), account.user.encode(), b"scram-sha-256"
    ).decode()
    exists = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [account.user]).fetchone()
    rights = "" if exists else "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    command = "ALTER ROLE {} PASSWORD {}" if exists else f"CREATE ROLE {{}} {rights} PASSWORD {{}}"
    admin.execute(sql.SQL(command).format(sql.Identifier(account.user), sql.Literal(verifier)))
    if admin.info.parameter_status("is_superuser") != "on":
        # making a database for a role, and cleaning up after it, needs membership
        _run(admin, "GRANT {} TO CURRENT_USER", account.user)


def _create_database(admin: Admin, name: str, owner: str, template: str) -> None:
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return
    command = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
        *map(sql.Identifier, (name, owner, template))
    )
    if template == "template0":
        command += sql.SQL(" ENCODING 'UTF8' " + _locale(admin.info.server_version))
    admin.execute(command)


def _locale(version: int) -> str:
    """Code-point order on every server: lists are sorted by a kana key, and results do not depend on the host."""
    if version >= 170000:
        return "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'"
    return "LOCALE_PROVIDER libc LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"


def _run(connection: Admin, command: str, *names: str) -> None:
    connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))
