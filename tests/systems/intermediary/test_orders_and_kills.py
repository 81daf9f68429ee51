"""Whatever comes first, whatever is lost and whatever dies: the same end."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest
from django.db import connections, transaction

from tests.systems.three_towns import EAST, HOME, WEST, Towns, alias, inquiry, items
from todoke.contracts.information import Outcome
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.envelope import read_header
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import Transport
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import record as oplog_record
from todoke.oplog.entry import Entry
from todoke.systems.intermediary import queries


class Losing:
    """Carries every message, but loses the answers of those that `lose` names."""

    patience = 0.0

    def __init__(self, inner: Transport) -> None:
        self.inner, self.lose = inner, lambda header: False

    @property
    def ring(self) -> KeyRing:
        return self.inner.ring

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        answer = self.inner.post(receiver, wire, sender)
        if self.lose(read_header(wire)):
            raise TodokeError(ErrorCode.UNAVAILABLE, what="lost")
        return answer


def ready(towns: Towns) -> Towns:
    towns.open_for_business(40)
    towns.register(EAST, range(1, 21), held=[4])
    towns.register(WEST, range(21, 31))
    return towns


def ask_all(towns: Towns) -> list[str]:
    return towns.inquire([inquiry(f"r{p}", p, EAST if p <= 20 else WEST) for p in range(1, 41)])


def check(towns: Towns) -> None:
    found = towns.results()
    outcomes = Counter(result.outcome for result in found.values())
    assert outcomes == {Outcome.ANSWERED: 29, Outcome.HELD: 1, Outcome.NO_RECORD: 10}
    assert all(found[f"r{p}"].items == items(p) for p in range(1, 31) if p != 4)
    records = towns.records()
    assert len(records["network"]) == 40
    assert records["inquirer"] == records["provider"] == records["network"]
    assert towns.rows(alias(HOME), "SELECT count(*) FROM intermediary_arrived_provision") == [(0,)]
    assert towns.rows("network", "SELECT count(*) FROM network_acquisition") == [(0,)]


def test_answers_may_come_before_the_permits_they_are_given_under(towns: Towns) -> None:
    losing = towns.transport = Losing(ready(towns).transport)
    ask_all(towns)
    losing.lose = lambda header: header.contract == "network.permits.v2"
    Dispatcher(losing, {f"platform:{HOME}": alias(HOME)}).drain(0.05)
    others = {party: name for party, name in towns.parties.items() if party != f"platform:{HOME}"}
    Dispatcher(losing, others).drain(20)
    assert towns.results() == {}
    assert towns.rows(alias(HOME), "SELECT count(*) FROM intermediary_arrived_provision") == [(40,)]
    losing.lose = lambda header: False
    towns.deliver()
    check(towns)


def test_every_answer_is_lost_once(towns: Towns) -> None:
    seen: set[tuple[str, str]] = set()

    def first_time(header: Any) -> bool:
        name = (header.contract, header.message_key)
        return name not in seen and not seen.add(name)  # type: ignore[func-returns-value]

    losing = towns.transport = Losing(ready(towns).transport)
    losing.lose = first_time
    with pytest.raises(TodokeError, match="UNAVAILABLE"):
        ask_all(towns)
    losing.lose = lambda header: False
    assert set(ask_all(towns)) == {"duplicate_record"}  # another key: the first request was carried out
    losing.lose = first_time
    towns.deliver()
    losing.lose = lambda header: False
    check(towns)
    assert {contract for contract, _ in seen} >= {
        "network.permits.v2",
        "network.provision_reports.v1",
        "intermediary.provision_requests.v1",
        "intermediary.provisions.v1",
    }


def test_every_step_dies_once_just_before_its_commit(towns: Towns, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of operation, in each database, fails the first time when all its rows are written."""
    died: set[tuple[str, str]] = set()
    kept = oplog_record.write

    def dying(alias: str, entry: Entry) -> None:
        if (alias, entry.verb) not in died:
            died.add((alias, entry.verb))
            raise RuntimeError("killed")
        kept(alias, entry)

    ready(towns)
    monkeypatch.setattr(oplog_record, "write", dying)
    with pytest.raises(TodokeError, match="UNAVAILABLE"):
        ask_all(towns)
    assert set(ask_all(towns)) == {""}
    towns.deliver()
    with pytest.raises(TodokeError, match="UNAVAILABLE"):
        towns.results()
    check(towns)
    assert len(died) == 8  # inquire, permit, permitted, provide (two towns), report, receive, collect


def test_result_numbers_wait_for_the_transaction_that_draws_before_them(towns: Towns) -> None:
    """Otherwise a later number could be committed first and a poller would go past the earlier one."""
    ready(towns)
    ask_all(towns)

    def deliver() -> None:
        try:
            towns.dispatcher().drain(20)
        finally:
            connections.close_all()

    with transaction.atomic(using=alias(HOME)):
        queries.lock_results(alias(HOME))
        thread = threading.Thread(target=deliver)
        thread.start()
        thread.join(1.0)
        assert towns.rows(
            alias(HOME), "SELECT count(permit_id), count(sequence) FROM intermediary_inquiry"
        ) == [(0, 0)]
    thread.join(30)
    towns.deliver()
    check(towns)
