"""A held request stays held until two different officers have acted (自動応答不可)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connections

from tests.systems.three_towns import (
    EAST,
    OFFICER,
    PLATFORM_STAFF,
    SECOND_OFFICER,
    Towns,
    alias,
    contact,
    inquiry,
    items,
    own_number,
)
from todoke.contracts.information import Outcome
from todoke.kernel.errors import TodokeError
from todoke.systems.intermediary import queries
from todoke.systems.intermediary.actions.release_held import confirm_release, propose_release
from todoke.systems.intermediary.flows import Decision

WHERE = alias(EAST)


@pytest.fixture
def held(towns: Towns) -> Towns:
    """HOME has asked EAST about the protected person 1."""
    towns.open_for_business(2)
    towns.register(EAST, [1, 2], held=[1])
    towns.inquire([inquiry("r1", 1, EAST)])
    towns.deliver()
    assert towns.results()["r1"].outcome is Outcome.HELD
    return towns


def permits() -> list[str]:
    return [entry.permit_id for entry in queries.held(WHERE)]


def propose(decision: Decision = Decision.RELEASE, *, by: object = OFFICER) -> None:
    if decision is Decision.RELEASE:
        for permit_id in permits():
            contact(permit_id)
    propose_release(alias=WHERE, permit_ids=permits(), decision=decision, reason="電話で確認", by=by)  # type: ignore[arg-type]


def confirm(decision: Decision = Decision.RELEASE, *, by: object = SECOND_OFFICER) -> None:
    confirm_release(alias=WHERE, permit_ids=permits(), decision=decision, by=by)  # type: ignore[arg-type]


def test_two_officers_release_and_the_three_records_agree(held: Towns) -> None:
    first = held.results()["r1"].sequence
    propose()
    held.deliver()
    assert held.results()["r1"].outcome is Outcome.HELD
    confirm()
    held.deliver()
    result = held.results(after=first)["r1"]
    assert (result.outcome, result.items) == (Outcome.ANSWERED, items(1))
    records = held.records()
    assert records["inquirer"] == records["provider"] == records["network"]
    assert records["network"][0][7] == "answered"
    assert permits() == []


def test_two_officers_refuse(held: Towns) -> None:
    propose(Decision.REFUSE)
    confirm(Decision.REFUSE)
    held.deliver()
    result = held.results()["r1"]
    assert (result.outcome, result.items) == (Outcome.RELEASE_REFUSED, ())
    records = held.records()
    assert records["inquirer"] == records["provider"] == records["network"]


def test_one_officer_alone_is_not_enough(held: Towns) -> None:
    propose()
    with pytest.raises(TodokeError, match="SAME_PERSON"):
        confirm(by=OFFICER)
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        confirm(by=PLATFORM_STAFF)
    held.deliver()
    assert held.results()["r1"].outcome is Outcome.HELD


def test_confirming_needs_a_proposal_of_the_same_decision(held: Towns) -> None:
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        confirm()
    propose(Decision.REFUSE)
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        confirm(Decision.RELEASE)
    propose(Decision.RELEASE, by=SECOND_OFFICER)  # a colleague disagrees; now the first one may confirm
    confirm(Decision.RELEASE, by=OFFICER)
    held.deliver()
    assert held.results()["r1"].outcome is Outcome.ANSWERED


def test_a_copy_that_changed_after_the_proposal_must_be_looked_at_again(held: Towns) -> None:
    propose()
    held.register(EAST, [1], held=[1], missing=["gross_income"])
    with pytest.raises(TodokeError, match="副本が変わりました"):
        confirm()
    propose()
    confirm()
    held.deliver()
    assert held.results()["r1"].items == items(1, missing=["gross_income"])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE intermediary_provision_case SET outcome = 'answered'",
        "UPDATE intermediary_held_decision SET confirmed_by = proposed_by, confirmed_at = now()",
        "DELETE FROM intermediary_held_decision",
        "DELETE FROM intermediary_exchange_record",
        "UPDATE intermediary_exchange_record SET outcome = 'asked', provided_at = NULL",
        "UPDATE intermediary_exchange_record SET inquirer = 'x'",
        "UPDATE intermediary_exchange_record SET provided_at = now()",
        "UPDATE intermediary_list_copy SET valid_until = valid_until + interval '1 year'",
    ],
)
def test_the_database_itself_refuses_short_cuts(held: Towns, statement: str) -> None:
    propose()
    with pytest.raises(IntegrityError), connections[WHERE].cursor() as cursor:
        cursor.execute(statement)


def test_the_list_of_held_requests_names_no_person(held: Towns) -> None:
    shown = repr(queries.held(WHERE))
    assert "r1" in shown
    assert own_number(EAST, 1) not in shown
    assert own_number("14100", 1) not in shown
