"""返還・辞退: two people for every claim and every write-off; received + written off + open = claimed, for the database, too."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import Error, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.systems.benefits.test_bank_results import case, results, row
from tests.systems.benefits.test_bank_results import world as ordered
from tests.systems.benefits.world import CLERK, CODE, SUPERVISOR, TREASURER, World, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.payments.recall_transfer import ask_recall
from todoke.systems.benefits.actions.refunds.claim_refund import (
    decide_refund,
    propose_refund,
    withdraw_refund,
)
from todoke.systems.benefits.actions.refunds.decline_case import (
    confirm_decline,
    note_decline,
    withdraw_decline,
)
from todoke.systems.benefits.actions.refunds.receive_refund import plan_refund, receive_refund, remind_refund
from todoke.systems.benefits.actions.refunds.write_off_refund import (
    ask_write_off,
    confirm_write_off,
    withdraw_write_off,
)
from todoke.systems.benefits.models import Refund
from todoke.systems.benefits.queries.aftermath import refunds
from todoke.systems.benefits.rules.aftermath.declines import DeclineChannel
from todoke.systems.benefits.rules.aftermath.refunds import Part, RefundReason, overdue, parts

BOTH = Actor(staff_id="m001", roles=frozenset({Role.CLERK, Role.SUPERVISOR}))
SOON = clock.today() + timedelta(days=30)
world = ordered


@pytest.fixture
def paid(world: World, tmp_path: Path) -> World:
    """Three households, two of them paid, one failed."""
    results(tmp_path / "r.csv", row(0), row(1), row(2, "2", "3"))
    return world


def claim(number: int = 0, yen: int = 100_000, reason: RefundReason = RefundReason.TAX_CORRECTED) -> Refund:
    return propose_refund(
        case_number=case(number).case_number, claimed_yen=yen, reason=reason, note="更正 令和4年度", due_on=SOON, by=CLERK
    )  # fmt: skip


def claimed(number: int = 0, yen: int = 100_000) -> int:
    made = claim(number, yen)
    decide_refund(refund_id=made.pk, by=SUPERVISOR)
    return made.pk


def receive(refund: int, yen: int, line: str, on: date | None = None) -> Refund:
    return receive_refund(
        refund_id=refund, received_on=on or clock.today(), amount_yen=yen, reference=line, by=TREASURER
    )


def sums(refund: int) -> tuple[str, int, int, int]:
    one = refunds.one(refund)
    return one.state, one.received_yen, one.written_off_yen, one.open_yen


def code(found: pytest.ExceptionInfo[TodokeError]) -> ErrorCode:
    return found.value.code


def refused(statement: str, *values: object) -> bool:
    try:
        with transaction.atomic(using="benefits"):
            rows(statement, *values)
    except Error:
        return True
    return False


def test_a_wrong_payment_is_claimed_by_two_and_comes_back_in_parts(paid: World) -> None:
    """仙台市 2022: 34 households were paid wrongly; 33 agreed, some in instalments."""
    made = claim()
    with pytest.raises(TodokeError) as found:
        decide_refund(refund_id=claim_by_both(1), by=BOTH)
    assert code(found) is ErrorCode.SAME_PERSON
    assert case(0).state == "paid"  # nothing is claimed yet
    decide_refund(refund_id=made.pk, by=SUPERVISOR)
    assert case(0).state == "refunding"
    assert plan_refund(refund_id=made.pk, count=3, first=SOON, by=CLERK) == 1
    assert [part.amount_yen for part in refunds.plan(refunds.one(made.pk))] == [33_334, 33_333, 33_333]
    receive(made.pk, 33_334, "2023-001")
    for yen, line, expected in (
        (1, "2023-001", ErrorCode.ALREADY_DONE),
        (66_667, "2023-002", ErrorCode.RECORD_INVALID),
    ):
        with pytest.raises(TodokeError) as found:
            receive(made.pk, yen, line)
        assert code(found) is expected
    assert plan_refund(refund_id=made.pk, count=2, first=SOON, by=CLERK) == 2  # agreed anew: of what is open
    assert sum(part.amount_yen for part in refunds.plan(refunds.one(made.pk))) == 66_666
    receive(made.pk, 66_666, "2023-002")
    assert sums(made.pk) == ("settled", 100_000, 0, 0)
    assert case(0).state == "refunded"
    with pytest.raises(TodokeError) as found:
        claim()
    assert code(found) is ErrorCode.NOT_FOUND  # it is not paid any more
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    assert len(rows("SELECT id FROM benefits_payment")) == 3  # and never paid again


def claim_by_both(number: int) -> int:
    return propose_refund(
        case_number=case(number).case_number, claimed_yen=1, reason=RefundReason.AMOUNT, note="", due_on=SOON, by=BOTH
    ).pk  # fmt: skip


def test_what_a_claim_may_be(paid: World) -> None:
    for number, yen, expected in (
        (0, 100_001, ErrorCode.RECORD_INVALID), (0, 0, ErrorCode.RECORD_INVALID), (2, 1, ErrorCode.NOT_FOUND)
    ):  # fmt: skip
        with pytest.raises(TodokeError) as found:
            claim(number, yen)
        assert code(found) is expected
    ask_recall(case_number=case(1).case_number, reason="同姓同名の別人", by=TREASURER)
    with pytest.raises(TodokeError, match="組戻し"):  # not asked of the bank and of the household at once
        claim(1)
    made = claim()
    with pytest.raises(TodokeError) as found:
        claim()
    assert code(found) is ErrorCode.ALREADY_DONE
    withdraw_refund(refund_id=made.pk, by=CLERK)
    part = claimed(0, 20_000)
    receive(part, 20_000, "2023-009")
    assert sums(part) == ("settled", 20_000, 0, 0)
    assert case(0).state == "paid"  # the rest was rightly paid


def test_reminders_only_for_what_is_overdue_and_not_too_often(
    paid: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = claimed()
    with pytest.raises(TodokeError, match="遅れていません"):
        remind_refund(refund_id=refund, by=CLERK)
    plan_refund(refund_id=refund, count=4, first=clock.today(), by=CLERK)
    today = clock.today()
    monkeypatch.setattr(clock, "today", lambda: today + timedelta(days=1))
    assert refunds.late(refunds.one(refund)) == 25_000
    assert remind_refund(refund_id=refund, by=CLERK).overdue_yen == 25_000
    with pytest.raises(TodokeError, match="14日"):
        remind_refund(refund_id=refund, by=CLERK)
    receive(refund, 25_000, "2023-001")
    assert refunds.late(refunds.one(refund)) == 0
    assert refunds.listed("claimed") == [(refunds.one(refund), 0)]


def test_what_cannot_be_got_is_written_off_by_two(paid: World) -> None:
    refund = claimed()
    receive(refund, 30_000, "2023-001")
    asked = ask_write_off(refund_id=refund, reason="所在不明、消滅時効の完成", by=BOTH)
    with pytest.raises(TodokeError) as found:
        confirm_write_off(write_off_id=asked.pk, by=BOTH)
    assert code(found) is ErrorCode.SAME_PERSON
    receive(refund, 10_000, "2023-002")
    with pytest.raises(TodokeError, match="納付がありました"):
        confirm_write_off(write_off_id=asked.pk, by=SUPERVISOR)
    withdraw_write_off(write_off_id=asked.pk, by=CLERK)
    again = ask_write_off(refund_id=refund, reason="所在不明、消滅時効の完成", by=CLERK)
    confirm_write_off(write_off_id=again.pk, by=SUPERVISOR)
    assert sums(refund) == ("written_off", 40_000, 60_000, 0)
    assert case(0).state == "paid"
    for work in (
        lambda: receive(refund, 1, "2023-003"),
        lambda: ask_write_off(refund_id=refund, reason="x", by=CLERK),
    ):
        with pytest.raises(TodokeError) as found:
            work()
        assert code(found) is ErrorCode.STATE_CONFLICT


def test_the_database_adds_up_whatever_is_written_by_hand(paid: World) -> None:
    refund = claimed()
    receive(refund, 40_000, "2023-001")
    off = ask_write_off(refund_id=refund, reason="x", by=CLERK).pk
    assert refused("UPDATE benefits_refund SET received_yen = 100000, open_yen = 0")  # more than came
    assert refused("UPDATE benefits_refund SET written_off_yen = 60000, open_yen = 0, state = 'written_off'")
    assert refused("UPDATE benefits_refund SET claimed_yen = 40000, open_yen = 0")
    assert refused("UPDATE benefits_refund SET open_yen = 59999")
    assert refused("UPDATE benefits_refund SET state = 'settled'")
    assert refused(
        "UPDATE benefits_refund_write_off SET state = 'confirmed', confirmed_by = 'c001', confirmed_at = now()"
    )
    assert refused("DELETE FROM benefits_refund_receipt")
    assert refused("UPDATE benefits_refund_receipt SET amount_yen = 1")
    assert refused(
        "INSERT INTO benefits_refund_receipt (refund_id, received_on, amount_yen, reference, recorded_at, recorded_by)"
        " VALUES (%s, now(), 60001, 'x', now(), 'x')", refund,
    )  # fmt: skip
    assert refused(
        "INSERT INTO benefits_refund_instalment (refund_id, plan, number, due_on, amount_yen, agreed_at, agreed_by)"
        " VALUES (%s, 1, 1, now(), 59999, now(), 'x')", refund,
    )  # fmt: skip
    assert refused("UPDATE benefits_case SET state = 'refunded', state_by = 'x' WHERE state = 'refunding'")
    assert refused("UPDATE benefits_case SET state = 'paid', state_by = 'x' WHERE state = 'refunding'")
    assert refused("UPDATE benefits_case SET state = 'refunding', state_by = 'x' WHERE state = 'paid'")
    assert refused("UPDATE benefits_case SET state = 'declined', state_by = 'x' WHERE state = 'failed'")
    by_hand = claim(1).pk
    assert refused(
        "UPDATE benefits_refund SET state = 'claimed', decided_by = 'c001', decided_at = now() WHERE id = %s",
        by_hand,
    )
    assert sums(refund) == ("claimed", 40_000, 0, 60_000)
    confirm_write_off(write_off_id=off, by=SUPERVISOR)


def test_a_decline_of_what_was_claimed_back_before_is_refused_with_a_sentence(paid: World) -> None:
    """Found by the state machine: a part was claimed and came back, and the household declines the rest."""
    receive(claimed(0, 40_000), 40_000, "2022-9")
    assert case(0).state == "paid"
    number = note_decline(
        case_number=case(0).case_number, channel=DeclineChannel.PHONE, said_on=clock.today(), said="要らない", by=CLERK
    ).pk  # fmt: skip
    with pytest.raises(TodokeError) as found:
        confirm_decline(decline_id=number, answer="本人に確かめた", by=SUPERVISOR)
    assert code(found) is ErrorCode.ALREADY_DONE


def test_a_decline_counts_when_it_was_asked_again(paid: World) -> None:
    def note(number: int, channel: DeclineChannel = DeclineChannel.PHONE, by: Actor = CLERK) -> int:
        return note_decline(
            case_number=case(number).case_number, channel=channel, said_on=clock.today(), said="受け取らない", by=by
        ).pk  # fmt: skip

    mistaken = note(2, DeclineChannel.FORM)
    withdraw_decline(decline_id=mistaken, answer="記入誤りだった", by=CLERK)
    assert case(2).state == "failed"
    again = note(2)
    with pytest.raises(TodokeError) as found:
        note(2)
    assert code(found) is ErrorCode.ALREADY_DONE
    with pytest.raises(TodokeError, match="確かめた内容"):
        confirm_decline(decline_id=again, answer=" ", by=SUPERVISOR)
    assert confirm_decline(decline_id=again, answer="本人に電話で確かめた", by=SUPERVISOR) is None
    assert case(2).state == "declined"
    # after the payment: a claim, which a third hand or the first decides
    after = note(0, by=BOTH)
    with pytest.raises(TodokeError) as found:
        confirm_decline(decline_id=after, answer="本人", by=BOTH)
    assert code(found) is ErrorCode.SAME_PERSON
    refund = confirm_decline(decline_id=after, answer="本人に電話で確かめた", by=SUPERVISOR)
    assert refund is not None
    assert (refund.reason, refund.claimed_yen, refund.state) == ("declined", 100_000, "proposed")
    with pytest.raises(TodokeError) as found:
        decide_refund(refund_id=refund.pk, by=SUPERVISOR)
    assert code(found) is ErrorCode.SAME_PERSON
    decide_refund(refund_id=refund.pk, by=BOTH)
    assert case(0).state == "refunding"


def test_while_the_bank_has_it_a_decline_waits(world: World) -> None:
    made = note_decline(
        case_number=case(0).case_number, channel=DeclineChannel.PHONE, said_on=clock.today(), said="辞退", by=CLERK
    )  # fmt: skip
    with pytest.raises(TodokeError, match="支払の手続き中"):
        confirm_decline(decline_id=made.pk, answer="本人", by=SUPERVISOR)
    assert refunds.declines_to_confirm("s001") == 1


@given(st.integers(1, 10**7), st.integers(1, 36), st.dates(date(2022, 1, 1), date(2030, 1, 1)))
def test_parts_add_up_and_come_once_a_month(yen: int, count: int, first: date) -> None:
    count = min(count, yen)
    made = parts(yen, count, first)
    assert sum(part.amount_yen for part in made) == yen
    assert all(part.amount_yen >= 1 for part in made)
    months = [part.due_on.year * 12 + part.due_on.month for part in made]
    assert months == list(range(months[0], months[0] + count))
    assert all(part.due_on.day == first.day or (part.due_on + timedelta(days=1)).day == 1 for part in made)


@pytest.mark.parametrize(
    ("open_yen", "due", "plan", "expected"),
    [
        (100, date(2023, 1, 10), [], 0), (100, date(2023, 1, 9), [], 100),
        (100, date(2022, 1, 1), [Part(date(2023, 1, 9), 50), Part(date(2023, 2, 9), 50)], 50),
        (50, date(2022, 1, 1), [Part(date(2023, 1, 9), 50), Part(date(2023, 2, 9), 50)], 0),
        (20, date(2022, 1, 1), [Part(date(2023, 1, 9), 50), Part(date(2023, 2, 9), 50)], 0),
    ],
)  # fmt: skip
def test_overdue(open_yen: int, due: date, plan: list[Part], expected: int) -> None:
    assert overdue(open_yen, due, plan, date(2023, 1, 10)) == expected
