"""What the log's tests share: writing, sealing, exporting, and acting as the owner of a database."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import transaction

from todoke.oplog import verify
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.oplog.who import Who
from todoke.sites import log_keeping
from todoke.sites.database.postgres import Server
from todoke.sites.database.provision import owner_connection
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm

BY = Who(staff_id="c001", terminal="t01", duty="給付金", purpose="窓口での問合せ")
DECIDE = "benefits:decision:decide"


@contextmanager
def owner(instance: Instance, server: Server, alias: str):
    """A connection as the role that owns the tables of a database."""
    system, _, part = alias.partition("_")
    with owner_connection(instance, server, instance.owner(system, part or None)) as connection:
        yield connection


@contextmanager
def unguarded(connection: psycopg.Connection, *tables: str):
    """The owner as a criminal: the guards of the tables stand aside."""
    for table in tables:
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield connection
    for table in tables:
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def write(alias: str, count: int, *, start: int = 0, persons_every: int = 3) -> None:
    """So many entries, each in a transaction of its own; every third names a person."""
    for n in range(start, start + count):
        about = Person("resident_code", f"{n:011}") if n % persons_every == 0 else None
        with transaction.atomic(using=alias):
            record(alias, by=BY, verb=DECIDE, subject=f"case {n}", persons=1, about=about)


def seal(instance: Instance, realm: Realm = Realm.CITY, only: str | None = None):
    """One round of the realm's sealers, or of one of them."""
    with log_keeping.sealers(instance, realm, only=lambda name: only in (None, name)) as found:
        return {name: one.seal() for name, one in found.items()}


def checked(instance: Instance, folder: Path, realm: Realm = Realm.CITY, **options) -> verify.Report:
    """Export the realm's logs and verify them with the public keys."""
    log_keeping.export(instance, realm, folder)
    return verify.verify(folder, trusted=log_keeping.public_keys(instance), processes=0, **options)
