"""Migration 0009 over a database that is in use: rows that lay readable are sealed, none is lost, and keys must be lent."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from psycopg.conninfo import conninfo_to_dict

from todoke.contracts.information import TAX_ITEMS, Item
from todoke.exchange import bodies
from todoke.kernel.errors import TodokeError
from todoke.sites.database import migrations
from todoke.sites.database.postgres import Server
from todoke.sites.instance import DatabaseAccount, Instance
from todoke.systems.intermediary.codecs import contents, items

TOWN = "13112"
ALIAS = f"intermediary_{TOWN}"
BEFORE = ("intermediary", "0008_held_complete")
PERSONS = [f"{n:015d}" for n in range(1, 6)]
WHEN = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def old(databases: Instance, server: Server) -> Iterator[MigrationExecutor]:
    """A municipality's database as it stood before 0009, under the alias of one of this instance."""
    admin = {key: str(value) for key, value in conninfo_to_dict(server.admin_url).items()}
    account = DatabaseAccount(
        dbname=f"test_old_{secrets.token_hex(4)}", user=admin["user"], password=admin.get("password", "")
    )
    with psycopg.connect(server.admin_url, autocommit=True) as plain:
        plain.execute(f"CREATE DATABASE \"{account.dbname}\" TEMPLATE template0 ENCODING 'UTF8'")
        try:
            with migrations._connected_as(ALIAS, account):
                executor = MigrationExecutor(connections[ALIAS])
                executor.migrate([BEFORE, *_others(executor)])
                yield executor
        finally:
            connections[ALIAS].close()
            plain.execute(f'DROP DATABASE "{account.dbname}" WITH (FORCE)')


def _others(executor: MigrationExecutor) -> list[tuple[str, str]]:
    """The newest of every other app that lives here."""
    return [key for key in migrations._targets(executor, ALIAS) if key[0] != "intermediary"]


def said(person: int) -> tuple[Item, ...]:
    """Values and reasons in turn, different from person to person."""
    return tuple(
        Item(None, "NotAcceptable") if (person + place) % 3 == 0 else Item(f"{person}-{place}", None)
        for place in range(len(TAX_ITEMS))
    )


def _columns(person: int) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, item in zip(TAX_ITEMS, said(person), strict=True):
        found |= {name: item.value, f"{name}_reason": item.reason}
    return found


def fill(executor: MigrationExecutor) -> None:
    """Copies of five persons, an answer that was taken, one that waits, and messages on their way, all readable."""
    state = executor.loader.project_state([BEFORE, *_others(executor)]).apps

    def make(model: str, app: str = "intermediary", **values: Any) -> None:
        state.get_model(app, model).objects.using(ALIAS).create(**values)

    for place, person in enumerate(PERSONS, 1):
        make("LinkCode", integrated_number=person, state="not_requested")
        make("Replica", person_id=person, fiscal_year=2021, auto_reply_prohibited=False, edition=place,
             registered_at=WHEN, **_columns(place))  # fmt: skip
    for record, permit, outcome in (("r1", "p1", "answered"), ("r2", None, "asked")):
        make("Inquiry", record_id=record, integrated_number=PERSONS[0], provider="x", duty="d", procedure="p",
             information_code="t", nondisclosure="1", requested_at=WHEN, outcome="asked")  # fmt: skip
        if permit:
            rows = state.get_model("intermediary", "Inquiry").objects.using(ALIAS).filter(pk=record)
            rows.update(permit_id=permit, outcome=outcome, sequence=1)
            make("Answer", inquiry_id=record, **_columns(7))
    make("ArrivedProvision", permit_id="p2", record_id="r2", outcome="answered", error="", provided_at=WHEN,
         **_columns(8))  # fmt: skip
    make("ArrivedProvision", permit_id="p3", record_id="r3", outcome="no_record", error="", provided_at=WHEN)
    make("OutboxMessage", "exchange", sender="a", receiver="b", contract="k", message_key="m", body=b"sent",
         body_sha256="0" * 64)  # fmt: skip
    make("InboxMessage", "exchange", message_id=uuid4(), sender="b", receiver="a", contract="k", message_key="m",
         request_sha256="0" * 64, answer=b"told")  # fmt: skip


def rows(query: str) -> list[Any]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_rows_that_were_there_are_sealed_and_say_the_same(
    old: MigrationExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = old.loader.get_migration("intermediary", "0009_sealed_contents").__module__
    monkeypatch.setattr(f"{module}._CHUNK", 2)  # five copies: two full pieces and a rest
    fill(old)
    key = settings.TODOKE_MUNICIPAL_KEYS / TOWN / f"kek-{TOWN}.key"
    away = key.rename(Path(f"{key}.away"))
    try:
        with pytest.raises(TodokeError, match="KEY_WITHDRAWN"):
            _forward()
    finally:
        away.rename(key)
    assert rows("SELECT count(tax_year) + count(tax_year_reason) FROM intermediary_replica") == [(5,)]

    _forward()
    copies = rows(
        "SELECT integrated_number, fiscal_year, edition, contents FROM intermediary_replica ORDER BY edition"
    )
    bound = [items.replica_row(*copy[:3]) for copy in copies]
    assert items.opened(ALIAS, [copy[3] for copy in copies], bound) == [said(n) for n in range(1, 6)]
    for table, record, permit, person in (("answer", "r1", "p1", 7), ("arrived_provision", "r2", "p2", 8)):
        ((sealed,),) = rows(f"SELECT contents FROM intermediary_{table} WHERE record_id = '{record}'")
        assert items.opened(ALIAS, [sealed], [items.answer_row(record, permit)]) == [said(person)]
    assert rows("SELECT contents FROM intermediary_arrived_provision WHERE record_id = 'r3'") == [(None,)]
    ((sent,),), ((told,),) = (
        rows("SELECT body FROM exchange_outbox"),
        rows("SELECT answer FROM exchange_inbox"),
    )
    assert bodies.opened(ALIAS, bytes(sent), bodies.outbox_row("a", "b", "m")) == b"sent"
    assert bodies.opened(ALIAS, bytes(told), bodies.inbox_row("a", "b", "m")) == b"told"
    columns = {
        name
        for (name,) in rows(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
    }
    assert not columns & {*TAX_ITEMS, *(f"{name}_reason" for name in TAX_ITEMS)} - {"tax_year"}
    assert not rows(
        "SELECT 1 FROM intermediary_replica WHERE position('NotAcceptable'::bytea IN contents) > 0"
    )
    assert contents.is_lent(ALIAS)


def _forward() -> None:
    executor = MigrationExecutor(connections[ALIAS])
    executor.migrate(migrations._targets(executor, ALIAS))
