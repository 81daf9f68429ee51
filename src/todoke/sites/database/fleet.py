"""基盤の全団体 (the fleet): the databases of many municipalities, made and migrated, a canary first, resumable after any stop.

What is finished is marked on the database itself (its comment): the edition of the tables and of the roles' passwords.
So a second run passes over it, a killed one goes on, and one query of the catalogue says which are behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import psycopg
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from todoke.batch.progress import Meter
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.database.router import labels_of
from todoke.sites.instance import DatabaseAccount, Instance
from todoke.sites.realms import PER_MUNICIPALITY

_STANDING = """
SELECT datname, shobj_description(oid, 'pg_database'), pg_database_size(oid) FROM pg_database WHERE datname = ANY(%s)
"""


class State(StrEnum):
    """How far a municipality's database is."""

    CURRENT = "最新"
    BEHIND = "版が古いか作成の途中"
    MISSING = "なし"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One municipality's database."""

    municipality: str
    state: State
    size: int


Admin = psycopg.Connection[tuple[object, ...]]
Bring = Callable[[str], None]


def edition() -> str:
    """The edition of a municipality's tables: of the names of all migrations that this code would apply."""
    labels = labels_of(PER_MUNICIPALITY)
    loader = MigrationLoader(None)
    names = sorted(f"{app}.{name}" for app, name in loader.disk_migrations if app in labels)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def standings(admin: Admin, instance: Instance) -> list[Standing]:
    """Every municipality's database, in order of their codes."""
    now = edition()
    names = {instance.account(PER_MUNICIPALITY, code).dbname: code for code in instance.municipalities}
    found = {
        names[str(name)]: (str(mark or ""), int(str(size)))
        for name, mark, size in admin.execute(_STANDING, [list(names)])
    }
    return [
        Standing(
            municipality=code,
            state=_state(instance, code, found.get(code), now),
            size=found.get(code, ("", 0))[1],
        )
        for code in sorted(names.values())
    ]


def bring_up(
    admin: Admin,
    instance: Instance,
    behind: Sequence[str],
    bring: Bring,
    meter: Meter,
    *,
    canary: str | None = None,
) -> int:
    """`bring` each of these municipalities up to date, the canary alone first; returns how many were.

    MIGRATION_STOPPED at the first that fails, with the number of those that nothing was done to.
    """
    order = sorted(behind, key=lambda code: code != canary)
    now = edition()
    meter.total(len(order))
    for place, code in enumerate(order):
        try:
            bring(code)
        except Exception as error:  # whatever a migration raises
            raise _stopped(code, error, len(order) - place - 1) from error
        _mark(admin, instance, code, now)
        meter.advance(1)
    return len(order)


def _state(instance: Instance, code: str, found: tuple[str, int] | None, now: str) -> State:
    if found is None:
        return State.MISSING
    return State.CURRENT if found[0] == _text(instance, code, now) else State.BEHIND


def _mark(admin: Admin, instance: Instance, code: str, now: str) -> None:
    name = sql.Identifier(instance.account(PER_MUNICIPALITY, code).dbname)
    text = sql.Literal(_text(instance, code, now))
    admin.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, text))


def _text(instance: Instance, code: str, now: str) -> str:
    return f"todoke {now} {_fingerprint(instance.account(PER_MUNICIPALITY, code), instance.owner(PER_MUNICIPALITY, code))}"


def _fingerprint(*accounts: DatabaseAccount) -> str:
    """Of 256-bit passwords that nobody can try out; another one means that the roles have to be set anew."""
    joined = "\n".join(f"{one.user}:{one.password}" for one in accounts)
    return hashlib.sha256(joined.encode()).hexdigest()[:16]


def _stopped(code: str, error: Exception, untouched: int) -> TodokeError:
    kind = error.code.name if isinstance(error, TodokeError) else type(error).__name__
    return TodokeError(ErrorCode.MIGRATION_STOPPED, municipality=code, kind=kind, untouched=untouched)
