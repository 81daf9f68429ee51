"""What was wrong before the bank had it, and after: another day for a batch, and a receipt of the wrong claim, by two people each."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.systems.benefits.test_bank_results import SECOND, case
from tests.systems.benefits.test_bank_results import world as ordered
from tests.systems.benefits.test_refunds import claimed, code, paid, receive, refused, sums
from tests.systems.benefits.world import CLERK, CODE, SUPERVISOR, TREASURER, World, decide, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.payments.redate_batch import (
    ask_redating,
    confirm_redating,
    withdraw_redating,
)
from todoke.systems.benefits.actions.refunds.reverse_receipt import reverse_receipt
from todoke.systems.benefits.actions.refunds.write_off_refund import ask_write_off, confirm_write_off
from todoke.systems.benefits.queries.aftermath import refunds
from todoke.systems.benefits.queries.aftermath.achievement import achieved
from todoke.systems.benefits.rules.payments import bank_days
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

world, came_back = ordered, paid
BOTH = Actor(staff_id="b001", roles=frozenset({Role.SUPERVISOR, Role.TREASURER}))


@pytest.fixture
def prepared(databases: object, tmp_path: Path) -> World:
    """Two households reserved in batch 1; the file was not written."""
    world = World(tmp_path, size=2).serve()
    decide({0: "eligible", 1: "eligible"})
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    return world


def later() -> date:
    """A day after the batch's on which banks are open."""
    ((day,),) = rows("SELECT transfer_on FROM benefits_payment_batch")
    while bank_days.is_closed(day := day + timedelta(days=1)):
        pass
    return day


def ask(day: date, by: Actor = SUPERVISOR, why: str = "締切に間に合わない") -> int:
    made = ask_redating(programme=CODE, number=1, transfer_on=day, reason=why, office=SAMPLE_CITY, by=by)
    return made.pk


def test_a_late_batch_gets_another_day_by_two_people(prepared: World, tmp_path: Path) -> None:
    before, day = rows("SELECT payments, total_yen, transfer_on FROM benefits_payment_batch"), later()
    for given, expected in (
        ((before[0][2],), ErrorCode.RECORD_INVALID), ((clock.today() - timedelta(days=1),), ErrorCode.RECORD_INVALID),
        ((day, SUPERVISOR, " "), ErrorCode.RECORD_INVALID), ((day, CLERK), ErrorCode.PERMISSION_DENIED),
    ):  # fmt: skip
        with pytest.raises(TodokeError) as found:
            ask(*given)
        assert code(found) is expected
    number = ask(day, BOTH)
    with pytest.raises(TodokeError) as found:
        ask(day)
    assert code(found) is ErrorCode.ALREADY_DONE
    with pytest.raises(TodokeError) as found:
        confirm_redating(redating_id=number, office=SAMPLE_CITY, by=BOTH)
    assert code(found) is ErrorCode.SAME_PERSON
    withdraw_redating(redating_id=number, by=SUPERVISOR)
    assert refused("UPDATE benefits_payment_batch SET transfer_on = %s", day), "withdrawn"
    number = ask(day)
    assert refused("UPDATE benefits_payment_batch SET transfer_on = %s", day), "asked, not confirmed"
    assert refused(
        "UPDATE benefits_redating SET state = 'confirmed', state_at = now(), confirmed_by = asked_by WHERE id = %s",
        number,
    )
    confirm_redating(redating_id=number, office=SAMPLE_CITY, by=TREASURER)
    assert rows("SELECT payments, total_yen, transfer_on FROM benefits_payment_batch") == [
        (*before[0][:2], day)
    ]
    for statement in (
        "SET transfer_on = transfer_on + 1",
        "SET total_yen = total_yen + 1",
        "SET prepared_by = 'x'",
    ):
        assert refused(f"UPDATE benefits_payment_batch {statement}")
    assert refused("DELETE FROM benefits_payment_batch")
    jobs.release_payment(CODE, by=TREASURER)
    jobs.write_bank_files(CODE, tmp_path, by=TREASURER)
    with pytest.raises(TodokeError) as found:
        ask(later())
    assert code(found) is ErrorCode.ALREADY_DONE


def test_a_receipt_of_the_wrong_claim_is_reversed_and_recorded_where_it_belongs(came_back: World) -> None:
    right, wrong = claimed(0), claimed(1)
    receive(wrong, 60_000, "2023-7")
    receipt = refunds.receipts(refunds.one(wrong))[0].pk
    for by, why, expected in (
        (TREASURER, "取り違え", ErrorCode.SAME_PERSON), (SECOND, " ", ErrorCode.RECORD_INVALID),
        (CLERK, "取り違え", ErrorCode.PERMISSION_DENIED),
    ):  # fmt: skip
        with pytest.raises(TodokeError) as found:
            reverse_receipt(receipt_id=receipt, reason=why, by=by)
        assert code(found) is expected
    with pytest.raises(TodokeError) as found:
        receive(right, 60_000, "2023-7")
    assert code(found) is ErrorCode.ALREADY_DONE, "a line counts once"
    reverse_receipt(receipt_id=receipt, reason="取り違え", by=SECOND)
    assert sums(wrong) == ("claimed", 0, 0, 100_000)
    assert len(refunds.receipts(refunds.one(wrong))) == 1, "the row stays"
    receive(right, 60_000, "2023-7")
    assert sums(right) == ("claimed", 60_000, 0, 40_000)
    with pytest.raises(TodokeError) as found:
        receive(wrong, 60_000, "2023-7")
    assert code(found) is ErrorCode.ALREADY_DONE
    with pytest.raises(TodokeError) as found:
        reverse_receipt(receipt_id=receipt, reason="二度目", by=SECOND)
    assert code(found) is ErrorCode.ALREADY_DONE


@pytest.mark.parametrize(("claim", "after"), [(100_000, "refunded"), (60_000, "paid")])
def test_a_receipt_of_a_settled_claim_is_reversed_and_the_claim_awaits_money_again(
    came_back: World, claim: int, after: str
) -> None:
    refund = claimed(0, claim)
    receive(refund, claim, "2023-8")
    assert (sums(refund), case(0).state) == (("settled", claim, 0, 0), after)
    last = refunds.receipts(refunds.one(refund))[-1].pk
    assert refused("UPDATE benefits_refund SET state = 'reopened' WHERE id = %s", refund), (
        "only with a reversal"
    )
    assert refused("UPDATE benefits_case SET state = 'refunding' WHERE id = %s", case(0).pk)
    reverse_receipt(receipt_id=last, reason="別の請求の納付", by=SECOND)
    assert (sums(refund), case(0).state) == (("reopened", 0, 0, claim), "refunding")
    assert achieved_kind("refund") == 0, "what was reversed is no revenue"
    receive(refund, claim, "2023-8")
    assert (sums(refund), case(0).state) == (("settled", claim, 0, 0), after)
    assert achieved_kind("refund") == claim
    reverse_receipt(receipt_id=refunds.receipts(refunds.one(refund))[-1].pk, reason="入金の取消し", by=SECOND)
    off = ask_write_off(refund_id=refund, reason="所在不明", by=CLERK)
    confirm_write_off(write_off_id=off.pk, by=SUPERVISOR)
    assert (sums(refund), case(0).state) == (("written_off", 0, claim, 0), "paid")


def achieved_kind(kind: str) -> int:
    return sum(one.yen for one in achieved(CODE) if one.kind == kind)


def test_what_came_before_the_rest_was_written_off_stays(came_back: World) -> None:
    refund = claimed(0)
    receive(refund, 60_000, "2023-8")
    off = ask_write_off(refund_id=refund, reason="所在不明", by=CLERK)
    confirm_write_off(write_off_id=off.pk, by=SUPERVISOR)
    with pytest.raises(TodokeError) as found:
        reverse_receipt(
            receipt_id=refunds.receipts(refunds.one(refund))[0].pk, reason="終わった後", by=SECOND
        )
    assert code(found) is ErrorCode.STATE_CONFLICT


def test_the_database_keeps_reversals_true(came_back: World) -> None:
    refund = claimed(0)
    receive(refund, 60_000, "2023-7")
    receipt = refunds.receipts(refunds.one(refund))[0].pk
    row = "INSERT INTO benefits_refund_reversal (receipt_id, refund_id, amount_yen, recorded_by, reason, reversed_at, reversed_by) VALUES (%s, %s, %s, %s, 'x', now(), %s)"
    for yen, recorded, by in ((59_999, "t001", "t002"), (60_000, "t001", "t001"), (60_000, "t009", "t002")):
        assert refused(row, receipt, refund, yen, recorded, by)
    assert refused(
        "UPDATE benefits_refund SET received_yen = 0, open_yen = claimed_yen WHERE id = %s", refund
    )
    assert refused(
        "INSERT INTO benefits_refund_receipt (refund_id, received_on, amount_yen, reference, take, recorded_at, recorded_by) SELECT refund_id, received_on, 1, reference, 2, now(), 't001' FROM benefits_refund_receipt WHERE id = %s",
        receipt,
    )
    assert not refused(row, receipt, refund, 60_000, "t001", "t002")
    assert sums(refund) == ("claimed", 0, 0, 100_000)
