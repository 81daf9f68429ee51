"""The ways to break a control on the running site, each with how it is mended: SQL of an administrator, a setting, a file, a patch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import connections
from django.test import override_settings

from tests.assurance.healthy import Healthy
from todoke.assurance.checks import made, schema
from todoke.kernel import clock

Break = Callable[[Healthy], AbstractContextManager[None]]


@dataclass(frozen=True, kw_only=True)
class Breakage:
    """`alias`: the database that is broken; the look goes over it and the realm's directory. `red`: what must turn."""

    name: str
    realm: str
    alias: str
    red: frozenset[str]
    breaking: Break


def by_sql(alias: str, breaking: str | list[str], mending: str | list[str]) -> Break:
    """Statements of an administrator (no trigger fires, no reference is asked for), and what takes them back."""

    @contextmanager
    def act(sites: Healthy) -> Iterator[None]:
        for statement in [breaking] if isinstance(breaking, str) else breaking:
            sites.run(alias, statement)
        try:
            yield
        finally:
            for statement in [mending] if isinstance(mending, str) else mending:
                sites.run(alias, statement)

    return act


def changed(alias: str, table: str, where: str, sets: str, *, known_by: str = "") -> Break:
    """Rows of a table changed, or with `sets` empty deleted; the old rows come back. `known_by`: what stays of the key."""
    drop = f"DELETE FROM {table} WHERE {where}"
    change = f"UPDATE {table} SET {sets} WHERE {where}" if sets else drop

    @contextmanager
    def act(sites: Healthy) -> Iterator[None]:
        admin = sites.admin(alias)
        admin.execute(f"CREATE TEMP TABLE kept AS SELECT * FROM {table} WHERE {where}")
        assert admin.execute("SELECT count(*) FROM kept").fetchone() != (0,), f"no row of {table} to break"
        key = [known_by] if known_by else _key(admin, table)
        admin.execute(change)
        try:
            yield
        finally:
            admin.execute(
                f"DELETE FROM {table} t USING kept k WHERE {' AND '.join(f't.{c} = k.{c}' for c in key)}"
            )
            admin.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept")
            admin.execute("DROP TABLE kept")

    return act


def added(alias: str, table: str, **values: Any) -> Break:
    """One row more than there should be."""

    @contextmanager
    def act(sites: Healthy) -> Iterator[None]:
        admin = sites.admin(alias)
        names, places = ", ".join(values), ", ".join(["%s"] * len(values))
        key = _key(admin, table)
        found = admin.execute(
            f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING {', '.join(key)}",
            [value() if callable(value) else value for value in values.values()],
        ).fetchone()
        assert found is not None
        try:
            yield
        finally:
            admin.execute(f"DELETE FROM {table} WHERE {' AND '.join(f'{c} = %s' for c in key)}", list(found))

    return act


def _key(admin: Any, table: str) -> list[str]:
    rows = admin.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
        " WHERE i.indrelid = %s::regclass AND i.indisprimary",
        [table],
    ).fetchall()
    return [name for (name,) in rows]


def without(alias: str, table: str, constraint: str, then: Break | None = None, *, back: str = "") -> Break:
    """A constraint or unique index gone, and what it forbade done."""

    @contextmanager
    def act(sites: Healthy) -> Iterator[None]:
        admin = sites.admin(alias)
        found = admin.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [constraint]
        ).fetchone()
        if found is None:
            (made_by,) = admin.execute("SELECT pg_get_indexdef(%s::regclass)", [constraint]).fetchone() or (
                "",
            )
            gone, again = f"DROP INDEX {constraint}", str(made_by)
        else:
            gone = f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"
            again = f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {found[0]}"
        admin.execute(gone)
        if back:
            admin.execute(f"{again} {back}")
        try:
            if then is None:
                yield
            else:
                with then(sites):
                    yield
        finally:
            if back:
                admin.execute(gone)
            admin.execute(again)

    return act


def guard_off(alias: str, room: str) -> Break:
    """The first guard of a room's tables disabled."""
    table, name = next(one for one in sorted(made.triggers(alias)) if one[0].partition("_")[0] == room)
    return by_sql(
        alias, f"ALTER TABLE {table} DISABLE TRIGGER {name}", f"ALTER TABLE {table} ENABLE TRIGGER {name}"
    )


def month_shut(alias: str) -> Break:
    """Next month's part of the log taken out of it."""

    @contextmanager
    def act(sites: Healthy) -> Iterator[None]:
        admin = sites.admin(alias)
        found = admin.execute(
            "SELECT c.relname::text, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'oplog_operation'::regclass ORDER BY 1 DESC LIMIT 1"
        ).fetchone()
        assert found is not None
        admin.execute(f"ALTER TABLE oplog_operation DETACH PARTITION {found[0]}")
        try:
            yield
        finally:
            admin.execute(f"ALTER TABLE oplog_operation ATTACH PARTITION {found[0]} {found[1]}")

    return act


def constraint_off(alias: str, room: str, *, back: str = "") -> Break:
    """The first constraint of a room's tables gone."""

    @contextmanager
    def act(sites: Healthy) -> Iterator[None]:
        # one on which no other constraint rests
        for table, name in schema._made_constraints(alias, room):
            used = (
                sites.admin(alias)
                .execute("SELECT contype FROM pg_constraint WHERE conname = %s", [name])
                .fetchone()
            )
            if used == ("c",):
                with without(alias, table, name, back=back)(sites):
                    yield
                return
        raise AssertionError(f"{room} has no check constraint")

    return act


def at_session(alias: str, name: str, value: str) -> Break:
    """A parameter of the site's own connection."""

    @contextmanager
    def act(_: Healthy) -> Iterator[None]:
        with connections[alias].cursor() as cursor:
            cursor.execute(f"SET {name} = {value}")
            try:
                yield
            finally:
                cursor.execute(f"RESET {name}")

    return act


def setting(**values: Any) -> Break:
    """Another Django setting; a callable gets the sites."""

    @contextmanager
    def act(sites: Healthy) -> Iterator[None]:
        found = {name: value(sites) if callable(value) else value for name, value in values.items()}
        with override_settings(**found):
            yield

    return act


def patched(target: str, value: Any) -> Break:
    """Code that is not what it was."""

    @contextmanager
    def act(_: Healthy) -> Iterator[None]:
        with mock.patch(target, value):
            yield

    return act


def patched_dict(target: dict[Any, Any], values: dict[Any, Any]) -> Break:
    """A table of the code with other entries."""

    @contextmanager
    def act(_: Healthy) -> Iterator[None]:
        with mock.patch.dict(target, values):
            yield

    return act


def mode(path: Callable[[Healthy], Path], bits: int) -> Break:
    """A file or folder that others may open."""

    @contextmanager
    def act(sites: Healthy) -> Iterator[None]:
        chosen = path(sites)
        before = chosen.stat().st_mode
        chosen.chmod(bits)
        try:
            yield
        finally:
            chosen.chmod(before)

    return act


def ago(**span: float) -> Callable[[], Any]:
    """A moment so long ago, taken when the breakage happens."""
    return lambda: clock.now() - timedelta(**span)
