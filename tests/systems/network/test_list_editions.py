"""Editions of 照会許可照会リスト: drafted by one, compared, published by another; revoked at once; fail closed when nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connections, transaction

from tests.systems.lists import FIRST, SECOND, publish_list
from tests.systems.three_towns import EAST, HOME, PLATFORM_STAFF, Towns, alias, inquiry, organisation
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Outcome
from todoke.contracts.network import ListEntry, RevokedEntry
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.systems.intermediary import needs as intermediary_needs
from todoke.systems.intermediary import queries as intermediary_queries
from todoke.systems.intermediary.actions.fetch_list import fetch_list
from todoke.systems.intermediary.actions.renew_revocations import renew_revocations
from todoke.systems.network import queries
from todoke.systems.network.actions.draft_list import draft_list, draft_list_from_file, refuse_draft
from todoke.systems.network.actions.publish_list import publish_list as publish
from todoke.systems.network.actions.revoke_entry import revoke_entry
from todoke.systems.network.actions.suspend_organisation import suspend_organisation
from todoke.systems.network.rules.list_difference import difference
from todoke.systems.network.rules.permission_list import ENTRIES

HEADER = "inquirer,provider,duty,procedure,information_code,valid_from,valid_to\n"
ROW = f"*,*,{DUTY},{PROCEDURE},{LOCAL_TAX},2021-12-20,\n"
EVERYBODY = RevokedEntry("*", "*", DUTY, PROCEDURE, LOCAL_TAX)


def written(folder: Path, *rows: str) -> Path:
    file = folder / "list.csv"
    file.write_text(HEADER + "".join(rows), encoding="utf-8")
    return file


def test_a_file_becomes_an_edition_by_two_people(towns: Towns) -> None:
    publish_list()
    named = (
        f"{organisation(HOME)},{organisation(EAST)},{DUTY},{PROCEDURE},{LOCAL_TAX},2022-04-01,2023-03-31\n"
    )
    file = written(towns.folder, ROW.replace("2021-12-20,", "2021-12-20,2022-09-30"), named)
    number = draft_list_from_file(file=file, days=9, by=FIRST)
    found = queries.difference_of(queries.draft(number))
    assert (len(found.added), found.removed, len(found.changed)) == (1, [], 1)
    assert found.changed[0][0].valid_to is None
    assert found.changed[0][1].valid_to == date(2022, 9, 30)
    with pytest.raises(TodokeError, match="SAME_PERSON"):
        publish(number=number, by=FIRST)
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        draft_list(entries=ENTRIES, by=SECOND)
    issued = publish(number=number, by=SECOND)
    assert (issued.edition, len(issued.entries)) == (2, 2)
    assert issued.valid_until - issued.issued_at == timedelta(days=9)
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        publish(number=number, by=SECOND)
    assert queries.edition_entries(2) == issued.entries


def test_a_bad_file_is_refused_whole_with_every_bad_row(towns: Towns) -> None:
    bad = [
        ROW.replace("*,*", "0220114100301701,*"),
        ROW.replace("*,*", "*,0220114100401700"),
        ROW.replace("JM", "JX"),
        ROW.replace("TM", "TK"),
        ROW.replace("2021-12-20", "2021-02-30"),
        ROW.replace("2021-12-20,", "2021-12-20,2021-12-19"),
        ROW,
        ROW,
    ]
    with pytest.raises(InputRefused) as caught:
        draft_list_from_file(file=written(towns.folder, *bad), by=FIRST)
    rows = {(row.row, row.column.split("・")[0]) for row in caught.value.rows}
    assert {row for row, _ in rows} == {3, 4, 5, 6, 7, 8, 9}
    assert queries.open_draft() is None


def test_a_draft_is_published_only_over_the_edition_it_was_compared_with(towns: Towns) -> None:
    publish_list()
    number = draft_list(entries=[], by=FIRST)
    with connections["network"].cursor() as cursor:  # as if another road had led to edition 2
        cursor.execute(
            "INSERT INTO network_list_edition (edition, issued_at, issued_by, approved_by, valid_until, body, signature)"
            " SELECT 2, issued_at, issued_by, approved_by, valid_until, body, signature FROM network_list_edition"
        )
    with pytest.raises(TodokeError, match="別の版"):
        publish(number=number, by=SECOND)
    refuse_draft(number=number, by=FIRST)
    assert publish_list().edition == 3


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO network_list_edition (edition, issued_at, issued_by, valid_until, body, signature)"
        " SELECT 2, issued_at, issued_by, valid_until, body, signature FROM network_list_edition",
        "INSERT INTO network_list_edition (edition, issued_at, issued_by, approved_by, valid_until, body, signature)"
        " SELECT 2, issued_at, issued_by, issued_by, valid_until, body, signature FROM network_list_edition",
        "UPDATE network_list_draft SET state = 'published', approved_by = 'n001', approved_at = now()"
        " WHERE state = 'drafted'",
        "UPDATE network_list_draft SET state = 'published' WHERE state = 'drafted'",
        "UPDATE network_list_draft SET base = 0, days = 300",
        "DELETE FROM network_list_draft_entry",
        "UPDATE network_list_draft_entry SET inquirer = '*'",
    ],
)
def test_the_database_keeps_drafts_and_the_second_person(towns: Towns, statement: str) -> None:
    publish_list()
    draft_list(entries=ENTRIES, by=FIRST)
    with pytest.raises(IntegrityError), connections["network"].cursor() as cursor:
        cursor.execute(statement)


def test_the_difference_tells_added_removed_and_changed() -> None:
    def row(procedure: str, start: int, end: int | None = None) -> ListEntry:
        until = None if end is None else date(end, 3, 31)
        return ListEntry("*", "*", DUTY, procedure, LOCAL_TAX, date(start, 4, 1), until)

    before = [row("a", 2020), row("b", 2020), row("c", 2020, 2021), row("c", 2021, 2022)]
    after = [row("b", 2020), row("c", 2020, 2021), row("c", 2021, 2023), row("d", 2020)]
    found = difference(before, after)
    assert found.added == [row("d", 2020)]
    assert found.removed == [row("a", 2020)]
    assert found.changed == [(row("c", 2021, 2022), row("c", 2021, 2023))]
    assert not difference(before, reversed(before))


@pytest.fixture
def town(towns: Towns) -> Towns:
    towns.open_for_business(3)
    towns.register(EAST, [1, 2, 3], held=[3])
    return towns


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    real = clock.now
    return lambda by: monkeypatch.setattr(clock, "now", lambda: real() + by)


def asked(towns: Towns, record_id: str, person: int = 1) -> tuple[Outcome, str]:
    towns.inquire([inquiry(record_id, person, EAST)])
    towns.deliver()
    result = towns.results()[record_id]
    return result.outcome, result.error


def test_a_revoked_entry_gives_no_permit_at_once_and_no_answer_within_its_life(
    town: Towns, later: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked(town, "r1")[0] is Outcome.ANSWERED
    town.inquire([inquiry("r2", 2, EAST)])  # its permit may be on the way when the entry is revoked
    dispatcher = town.dispatcher()
    monkeypatch.setattr(town, "dispatcher", lambda: dispatcher)
    revoke_entry(entry=EVERYBODY, reason="法の改正前に登録された行", by=FIRST)
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        revoke_entry(entry=EVERYBODY, reason="もう一度", by=SECOND)
    assert asked(town, "r3") == (Outcome.REFUSED, "revoked")
    assert town.results()["r2"].error == "revoked"
    publish_list()
    assert asked(town, "r4") == (Outcome.ANSWERED, ""), "the next edition, by two people, brings it back"


def test_the_providers_own_copy_refuses_what_was_permitted_before(
    town: Towns, later: Callable[[timedelta], None]
) -> None:
    """The permit is made; the entry is revoked before the provider looks; minutes later its copy says so itself."""
    sent = []
    from todoke.systems.network import needs

    real = needs.ask_provision
    try:
        needs.ask_provision = lambda provider, requests, key: sent.append((provider, requests, key))  # type: ignore[assignment]
        town.inquire([inquiry("r1", 1, EAST), inquiry("r2", 2, EAST)])
        town.deliver()
    finally:
        needs.ask_provision = real
    ((provider, requests, key),) = sent
    revoke_entry(entry=EVERYBODY, reason="緊急", by=FIRST)
    later(timedelta(minutes=16))
    with transaction.atomic(using="network"):
        needs.ask_provision(provider, requests, key=key)
    town.deliver()
    assert {(r.outcome, r.error) for r in town.results().values()} == {(Outcome.REFUSED, "not_on_list")}


def test_a_suspension_reaches_the_provider_too(town: Towns, later: Callable[[timedelta], None]) -> None:
    suspend_organisation(organisation=organisation(HOME), reason="緊急", by=FIRST)
    later(timedelta(minutes=16))
    assert renew_revocations(alias=alias(EAST), by=PLATFORM_STAFF)
    (copied,) = town.rows(alias(EAST), "SELECT organisations, entries FROM intermediary_revocation_copy")
    assert copied == ([organisation(HOME)], [])


def test_without_news_from_the_network_nothing_is_provided(
    town: Towns, later: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not renew_revocations(alias=alias(EAST), by=PLATFORM_STAFF), "a young copy is kept"

    def silent(*_: object) -> object:
        raise TodokeError(ErrorCode.UNAVAILABLE, what="network")

    fetch = intermediary_needs.fetch_revocations
    monkeypatch.setattr(intermediary_needs, "fetch_revocations", silent)
    later(timedelta(minutes=16))
    assert not renew_revocations(alias=alias(EAST), by=PLATFORM_STAFF), (
        "past half of its life it still counts"
    )
    assert intermediary_queries.valid_edition(alias(EAST)) == 1
    later(timedelta(minutes=31))
    with pytest.raises(TodokeError, match="UNAVAILABLE"):
        renew_revocations(alias=alias(EAST), by=PLATFORM_STAFF)
    assert intermediary_queries.valid_edition(alias(EAST)) is None
    town.inquire([inquiry("r1", 1, EAST)])
    town.dispatcher().drain(2)
    assert town.rows(alias(EAST), "SELECT count(*) FROM intermediary_provision_case") == [(0,)]
    monkeypatch.setattr(intermediary_needs, "fetch_revocations", fetch)
    town.deliver()  # the request waited in the network's outbox
    assert town.results()["r1"].outcome is Outcome.ANSWERED


def test_a_forged_or_older_feed_is_not_taken(town: Towns, monkeypatch: pytest.MonkeyPatch, later) -> None:
    first = intermediary_needs.fetch_revocations(alias(EAST), 1)
    later(timedelta(minutes=20))
    assert renew_revocations(alias=alias(EAST), by=PLATFORM_STAFF)
    newest = town.rows(alias(EAST), "SELECT issued_at FROM intermediary_revocation_copy")
    forged = type(first)(body=first.body.replace(b"[]", b'["x"]', 1), signature=first.signature)
    later(timedelta(minutes=40))
    monkeypatch.setattr(intermediary_needs, "fetch_revocations", lambda *_: forged)
    with pytest.raises(TodokeError, match="SENDER_REFUSED"):
        renew_revocations(alias=alias(EAST), by=PLATFORM_STAFF)
    monkeypatch.setattr(intermediary_needs, "fetch_revocations", lambda *_: first)
    # genuine, but out of date: nothing is provided on it
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        renew_revocations(alias=alias(EAST), by=PLATFORM_STAFF)
    assert town.rows(alias(EAST), "SELECT issued_at FROM intermediary_revocation_copy") == newest
    with pytest.raises(IntegrityError), connections[alias(EAST)].cursor() as cursor:
        cursor.execute("UPDATE intermediary_revocation_copy SET issued_at = issued_at - interval '1 day'")


def test_the_network_knows_who_holds_which_edition(town: Towns, later: Callable[[timedelta], None]) -> None:
    publish_list()
    fetch_list(alias=alias(EAST), by=PLATFORM_STAFF)
    later(timedelta(minutes=16))
    renew_revocations(alias=alias(EAST), by=PLATFORM_STAFF)
    rows = town.rows("network", "SELECT party, given, known FROM network_list_holder ORDER BY party")
    assert rows == [("platform:13112", 2, 2), ("platform:14100", 1, 0), ("platform:14130", 1, 0)]
