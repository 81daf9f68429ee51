"""Writing the operation log, in the transaction of the operation itself: no log, no operation.

Each entry gets its leaf hash here, in the row; nothing is chained and no lock is taken, so operations never wait for
each other's log (facts/exchange.md §e). A separate process seals what is committed (`oplog.sealing`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import psycopg
from django.db import connections

from todoke.kernel import clock
from todoke.oplog import entry as form
from todoke.oplog import months, person
from todoke.oplog.entry import Entry, Outcome, nfc
from todoke.oplog.person import Person
from todoke.oplog.who import Who

COLUMNS = ("at", "persons", *form.TEXTS, "object_index", "detail", "salt", "leaf")
_INSERT = f"INSERT INTO oplog_operation ({', '.join(COLUMNS)}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
_COPY = f"COPY oplog_operation ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_TYPES = ["timestamptz", "int8", *["text"] * len(form.TEXTS), "bytea", "bytea", "bytea", "bytea"]


def record(
    alias: str,
    *,
    by: Who,
    verb: str,
    subject: str,
    persons: int = 0,
    outcome: Outcome = Outcome.DONE,
    about: Person | None = None,
    permit_id: str = "",
    detail: str | None = None,
) -> None:
    """Log one operation. `verb` is `system:resource:action`, `subject` an identifier of ours (never a person's).

    `about` is the one person concerned, kept as a keyed index only; `detail` may be personal and is encrypted.
    Raises RuntimeError outside a transaction, since the entry must stand or fall with the operation.
    """
    if not connections[alias].in_atomic_block:
        raise RuntimeError("an operation is logged inside its own transaction")
    entry = make(
        alias,
        by=by,
        verb=verb,
        subject=subject,
        persons=persons,
        outcome=outcome,
        about=about,
        permit_id=permit_id,
        detail=detail,
    )
    write(alias, entry)


def record_many(
    alias: str, *, by: Who, verb: str, subject: str, about: Iterable[Person], outcome: Outcome = Outcome.DONE
) -> int:
    """Log one entry per person, e.g. for a list that was shown; returns how many. One COPY, no round trip per row.

    Raises RuntimeError outside a transaction.
    """
    if not connections[alias].in_atomic_block:
        raise RuntimeError("an operation is logged inside its own transaction")
    now = clock.now()
    months.ensure(alias, now)
    months.ensure(alias, now + timedelta(days=1))  # the last entries may fall past midnight
    entries = (
        make(alias, by=by, verb=verb, subject=subject, persons=1, outcome=outcome, about=one) for one in about
    )
    return write_many(alias, entries)


def record_refusal(
    alias: str,
    *,
    by: Who,
    verb: str,
    subject: str,
    outcome: Outcome = Outcome.REFUSED,
    about: Person | None = None,
    detail: str | None = None,
) -> None:
    """Log an operation that was refused or failed, for good, before the error is returned.

    In a transaction of its own: it stays when the caller's, if any, is undone.
    """
    entry = make(
        alias, by=by, verb=verb, subject=subject, persons=0, outcome=outcome, about=about, detail=detail
    )
    months.ensure(alias, entry.at)
    with months.own_connection(alias) as connection, connection.cursor() as cursor:
        cursor.execute(_INSERT, row(entry))


def make(
    alias: str,
    *,
    by: Who,
    verb: str,
    subject: str,
    persons: int = 0,
    outcome: Outcome = Outcome.DONE,
    about: Person | None = None,
    permit_id: str = "",
    detail: str | None = None,
) -> Entry:
    """The entry of an operation that happens now."""
    return Entry(
        at=clock.now(),
        actor=nfc(by.staff_id),
        organisation=nfc(by.organisation),
        session_id=nfc(by.session_id),
        terminal=nfc(by.terminal),
        duty=nfc(by.duty),
        purpose=nfc(by.purpose),
        verb=nfc(verb),
        subject=nfc(subject),
        persons=persons,
        object_type=about.kind if about else "",
        outcome=outcome.value,
        permit_id=nfc(permit_id),
        index=person.index(alias, about) if about else None,
        detail=person.seal_detail(alias, detail) if detail is not None else None,
    )


def row(entry: Entry) -> tuple[Any, ...]:
    """The values of `COLUMNS`, leaf hash included."""
    salt, committed = None, b""
    if entry.index is not None or entry.detail is not None:
        salt = os.urandom(form.SALT_BYTES)
        committed = form.commitment(salt, entry.index, entry.detail)
    leaf = form.leaf(form.public_of(entry), committed)
    texts = (getattr(entry, name) for name in form.TEXTS)
    return (entry.at, entry.persons, *texts, entry.index, entry.detail, salt, leaf)


def write(alias: str, entry: Entry) -> None:
    """Insert one entry, in the caller's transaction. Planned once a connection: no statement runs as often."""
    months.ensure(alias, entry.at)
    connection = connections[alias]
    connection.ensure_connection()
    assert connection.connection is not None
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(_INSERT, row(entry), prepare=True)


def write_many(alias: str, entries: Iterable[Entry]) -> int:
    """COPY entries into the log, in the caller's transaction; how many. Their months must have been made."""
    written = 0
    with connections[alias].cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(_TYPES)
        for one in entries:
            copy.write_row(row(one))
            written += 1
    return written
