"""自動応答不可 set after an answer was made and before it left: it is held back, alone or out of a bulk message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections

from tests.systems import three_towns
from tests.systems.three_towns import EAST, HOME, PLATFORM_STAFF, Towns, alias, inquiry, items
from todoke.exchange.transport import Transport
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.intermediary import queries
from todoke.systems.intermediary.actions.compare_records import compare_records
from todoke.systems.intermediary.actions.release_held import confirm_release, propose_release
from todoke.systems.intermediary.flows import Decision
from todoke.systems.network.models import Discrepancy

WHERE = alias(EAST)


class Gate:
    """While `shut`, answers of EAST do not leave (`before` the door), or leave and nobody hears that they arrived."""

    patience = 0.0

    def __init__(self, inner: Transport) -> None:
        self.inner, self.shut, self.before, self.tried = inner, True, True, 0

    @property
    def ring(self) -> Any:
        return self.inner.ring

    def post(self, receiver: str, wire: bytes, sender: str) -> bytes:
        closed = self.shut and sender == f"platform:{EAST}" and receiver == f"platform:{HOME}"
        if closed and self.before:
            self.tried += 1
            raise TodokeError(ErrorCode.UNAVAILABLE, what=receiver)
        answer = self.inner.post(receiver, wire, sender)
        if closed:
            self.tried += 1
            raise TodokeError(ErrorCode.UNAVAILABLE, what=receiver)
        return answer


@pytest.fixture
def answered(towns: Towns) -> Callable[..., Gate]:
    """HOME asked EAST about 1 to 3; the answers are committed, and stand in the outbox in one message."""

    def make(*, held: tuple[int, ...] = (), before: bool = True) -> Gate:
        towns.open_for_business(3)
        towns.register(EAST, [1, 2, 3], held=held)
        gate = Gate(towns.transport)
        gate.before = before
        towns.transport = gate
        towns.inquire([inquiry(f"r{p}", p, EAST) for p in (1, 2, 3)])
        dispatcher = towns.dispatcher()
        while not gate.tried:
            dispatcher.drain(0.2)
        return gate

    return make


def protect(towns: Towns, *persons: int) -> None:
    towns.register(EAST, persons, held=persons)


def outcomes(towns: Towns) -> list[str]:
    found = towns.results()
    return [found[f"r{p}"].outcome.value if f"r{p}" in found else "" for p in (1, 2, 3)]


def agree(towns: Towns) -> bool:
    records = towns.records()
    return bool(records["inquirer"] == records["provider"] == records["network"])


def test_of_a_bulk_message_exactly_who_is_protected_by_now_is_held_back(
    towns: Towns, answered: Callable[..., Gate]
) -> None:
    gate = answered()
    assert towns.rows(
        WHERE, "SELECT count(*) FROM exchange_outbox WHERE contract = 'intermediary.provisions.v1'"
    ) == [(1,)]
    protect(towns, 2)
    gate.shut = False
    towns.deliver()
    assert outcomes(towns) == ["answered", "held", "answered"]
    assert towns.results()["r2"].items == ()
    assert agree(towns)
    (held,) = queries.held(WHERE)
    assert held.record_id == "r2"
    entry = Operation.objects.using(WHERE).get(verb="intermediary:provision:hold_back")
    assert (entry.permit_id, entry.persons) == (held.permit_id, 1)
    release(held.permit_id)
    towns.deliver()
    assert towns.results()["r2"].items == items(2)
    assert agree(towns)


def release(permit_id: str) -> None:
    three_towns.contact(permit_id)
    decision = {"alias": WHERE, "permit_ids": [permit_id], "decision": Decision.RELEASE}
    propose_release(**decision, reason="電話で確認", by=three_towns.OFFICER)
    confirm_release(**decision, by=three_towns.SECOND_OFFICER)


def test_all_of_a_message_may_be_held_back_and_a_withdrawn_mark_holds_nobody(
    towns: Towns, answered: Callable[..., Gate]
) -> None:
    gate = answered()
    protect(towns, 1, 2, 3)
    towns.register(EAST, [3])  # taken back before the answer leaves
    gate.shut = False
    towns.deliver()
    assert outcomes(towns) == ["held", "held", "answered"]
    assert agree(towns)


def test_what_two_officers_released_leaves(towns: Towns, answered: Callable[..., Gate]) -> None:
    gate = answered(held=(2,))
    (held,) = queries.held(WHERE)
    release(held.permit_id)
    gate.shut = False
    towns.deliver()
    assert outcomes(towns) == ["answered"] * 3
    assert agree(towns)
    assert not Operation.objects.using(WHERE).filter(verb="intermediary:provision:hold_back").exists()


def test_an_answer_that_arrived_and_whose_receipt_was_lost_is_an_open_discrepancy(
    towns: Towns, answered: Callable[..., Gate]
) -> None:
    """It left before the mark. Nobody here can know; what the parties know differs, and stands open."""
    gate = answered(before=False)
    protect(towns, 2)
    gate.shut = False
    towns.deliver()
    assert outcomes(towns) == ["answered"] * 3
    assert [entry.record_id for entry in queries.held(WHERE)] == ["r2"]
    for town in (HOME, EAST):
        compare_records(alias=alias(town), by=PLATFORM_STAFF, grace=timedelta(0))
    assert Discrepancy.objects.using("network").filter(state="open").exists()


def test_the_database_lets_nothing_else_go_back(towns: Towns, answered: Callable[..., Gate]) -> None:
    gate = answered()
    back = "UPDATE intermediary_{} SET outcome = 'held' WHERE outcome = 'answered'"
    for table in ("provision_case", "exchange_record"):
        with pytest.raises(IntegrityError), connections[WHERE].cursor() as cursor:
            cursor.execute(back.format(table))
    gate.shut = False
    towns.deliver()
    with pytest.raises(IntegrityError), connections[alias(HOME)].cursor() as cursor:
        cursor.execute(back.format("exchange_record"))
