"""起案の取消し and 支援措置 after the approval: nothing goes to the bank that was given up, or that nobody looked at since."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.systems.benefits import money
from tests.systems.benefits.test_approvals import error
from tests.systems.benefits.test_bank_results import case
from tests.systems.benefits.test_money_guards import copy_row, refused
from tests.systems.benefits.world import CLERK, CODE, PROGRAMME, SUPERVISOR, TREASURER, World, decide, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel.errors import ErrorCode
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.examination.examine_protected import examine_protected
from todoke.systems.benefits.actions.payments.cancel_batch import (
    ask_cancellation,
    confirm_cancellation,
    withdraw_cancellation,
)
from todoke.systems.benefits.actions.payments.prepare_batch import prepare_batch
from todoke.systems.benefits.actions.payments.release_batch import release_batch
from todoke.systems.benefits.actions.payments.write_bank_file import write_bank_file
from todoke.systems.benefits.queries.examination import examining
from todoke.systems.benefits.rules.examination import by_hand as hand_examination
from todoke.systems.benefits.rules.examination.findings import ExaminationOutcome
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

SIZE = 3
OTHER_CHIEF = Actor(staff_id="s002", roles=frozenset({Role.SUPERVISOR}))
BOTH = Actor(staff_id="b001", roles=frozenset({Role.SUPERVISOR, Role.TREASURER}))


@pytest.fixture
def approved(databases: object, tmp_path: Path) -> World:
    """Three households, approved."""
    world = World(tmp_path, size=SIZE).serve()
    decide(dict.fromkeys(range(SIZE), "eligible"))
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)
    return world


@pytest.fixture
def prepared(approved: World) -> World:
    """All of them in batch 1."""
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    return approved


def ask(by: Actor = SUPERVISOR, number: int = 1, why: str = "金額の誤り") -> int:
    return ask_cancellation(programme=CODE, number=number, reason=why, by=by).pk


def release(number: int = 1) -> None:
    release_batch(programme=PROGRAMME, number=number, by=TREASURER)


def write(out: Path, number: int = 1) -> None:
    write_bank_file(programme=PROGRAMME, office=SAMPLE_CITY, number=number, out=out, by=TREASURER)


def states() -> list[str]:
    return [case(number).state for number in range(SIZE)]


@pytest.mark.parametrize("released", [False, True], ids=["prepared", "released"])
def test_a_batch_is_given_up_by_two_and_its_households_are_paid_by_new_attempts(
    prepared: World, tmp_path: Path, released: bool
) -> None:
    if released:
        release()
    for given, expected in (
        ({"why": " "}, ErrorCode.RECORD_INVALID), ({"by": CLERK}, ErrorCode.PERMISSION_DENIED),
        ({"number": 9}, ErrorCode.NOT_FOUND),
    ):  # fmt: skip
        error(expected, lambda given=given: ask(**given))
    number = ask(BOTH)
    error(ErrorCode.ALREADY_DONE, ask)
    error(ErrorCode.SAME_PERSON, lambda: confirm_cancellation(cancellation_id=number, by=BOTH))
    error(ErrorCode.PERMISSION_DENIED, lambda: confirm_cancellation(cancellation_id=number, by=SUPERVISOR))
    error(
        ErrorCode.STATE_CONFLICT, (lambda: write(tmp_path)) if released else release
    )  # it waits for the answer
    withdraw_cancellation(cancellation_id=number, by=SUPERVISOR)
    assert states() == ["reserved"] * SIZE
    assert confirm_cancellation(cancellation_id=ask(), by=TREASURER) == SIZE
    assert (states(), money.wrong()) == (["approved"] * SIZE, [])
    error(ErrorCode.ALREADY_DONE, ask)
    error(ErrorCode.STATE_CONFLICT, (lambda: write(tmp_path)) if released else release)
    jobs.release_payment(CODE, by=TREASURER)  # passes over what was given up
    jobs.write_bank_files(CODE, tmp_path, by=TREASURER)
    assert not list(tmp_path.rglob("transfer-*"))
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    assert rows("SELECT b.number, t.attempt, t.follows_id IS NULL, count(*)::int FROM benefits_transfer t JOIN benefits_payment_batch b"
        " ON b.id = t.batch_id GROUP BY 1, 2, 3 ORDER BY 1") == [(1, 1, True, SIZE), (2, 2, False, SIZE)]  # fmt: skip
    assert rows("SELECT count(*)::int FROM benefits_payment") == [(SIZE,)], "owed once"
    jobs.release_payment(CODE, by=TREASURER)
    (step,) = jobs.write_bank_files(CODE, tmp_path, by=TREASURER)
    assert (step.counts.accepted, step.counts.totals["paid_yen"]) == (SIZE, SIZE * 100_000)
    assert (states(), money.wrong()) == (["ordered"] * SIZE, [])
    assert [path.name for path in tmp_path.rglob("transfer-*")] == ["transfer-0002.txt"]
    error(ErrorCode.ALREADY_DONE, lambda: ask(number=2))  # the bank may have it: only 組戻し


def test_the_database_gives_nothing_up_by_one_person_or_after_the_file(
    prepared: World, tmp_path: Path
) -> None:
    free = "UPDATE benefits_case SET state = 'approved'"
    assert refused(free) == "benefits_case_approved_proved"
    confirm = "UPDATE benefits_batch_cancellation SET state = 'confirmed', state_at = now(), confirmed_at = now(), confirmed_by = %s"
    number = ask()
    assert refused(confirm, "s001") == "benefits_batch_cancellation_distinct_persons"
    assert refused(free) == "benefits_case_approved_proved", "asked, not confirmed"
    insert = "INSERT INTO benefits_batch_release (batch_id, prepared_by, released_at, released_by) SELECT id, prepared_by, now(), 't001' FROM benefits_payment_batch"
    assert refused(insert) == "batch_not_cancelled"
    again = copy_row("benefits_transfer", attempt="2", follows_id="(SELECT min(id) FROM benefits_transfer)")
    assert refused(again) == "transfer_one_alive"
    withdraw_cancellation(cancellation_id=number, by=SUPERVISOR)
    release()
    number = ask()
    file = copy_row_of_file()
    assert refused(file) == "batch_not_cancelled"
    withdraw_cancellation(cancellation_id=number, by=SUPERVISOR)
    write(tmp_path)
    row = "INSERT INTO benefits_batch_cancellation (batch_id, reason, state, state_at, state_by, asked_at, asked_by) SELECT id, 'x', 'asked', now(), 's001', now(), 's001' FROM benefits_payment_batch"
    rows(row)
    assert refused(f"{confirm} WHERE state = 'asked'", "t001") == "cancelled_before_its_file"


def copy_row_of_file() -> str:
    return (
        "INSERT INTO benefits_bank_file (batch_id, name, sha256, payments, total_yen, written_at, written_by)"
        " SELECT id, 'x', 'x', payments, total_yen, now(), 't001' FROM benefits_payment_batch"
    )


def test_who_is_protected_after_the_approval_is_looked_at_before_any_payment(
    approved: World, tmp_path: Path
) -> None:
    """No payment goes out unseen: held back, taken back by rule, passed by a 責任職, approved by another, paid."""
    approved.people[0]["protected"] = True
    approved.serve()
    found = prepare_batch(programme=PROGRAMME, office=SAMPLE_CITY, by=SUPERVISOR)
    assert (found.payments, found.held_back) == (SIZE - 1, {"PROTECTED": 1})
    jobs.examine(CODE, by=CLERK)
    assert states() == ["received", "reserved", "reserved"]
    _look(0)
    assert case(0).state == "passed"
    jobs.approve(CODE, by=SUPERVISOR)
    jobs.examine(CODE, by=CLERK)
    assert case(0).state == "approved", "seen"
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    jobs.release_payment(CODE, by=TREASURER)
    jobs.write_bank_files(CODE, tmp_path, by=TREASURER)
    assert (states(), money.wrong()) == (["ordered"] * SIZE, [])


def test_who_is_protected_after_the_batch_was_made_stops_it(prepared: World, tmp_path: Path) -> None:
    """Before the release and before the file; the batch is given up, the others are paid at once."""
    prepared.people[0]["protected"] = True
    prepared.serve()
    error(ErrorCode.STATE_CONFLICT, release)
    prepared.people[0]["protected"] = False
    prepared.serve()
    release()
    prepared.people[0]["protected"] = True
    prepared.serve()
    error(ErrorCode.STATE_CONFLICT, lambda: write(tmp_path))
    assert not list(tmp_path.rglob("transfer-*"))
    confirm_cancellation(cancellation_id=ask(), by=TREASURER)
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    assert states() == ["approved", "reserved", "reserved"]
    jobs.examine(CODE, by=CLERK)
    assert case(0).state == "received"
    release(2)
    write(tmp_path, 2)
    assert money.wrong() == []


def _look(number: int) -> None:
    (form,) = rows("SELECT id FROM benefits_application WHERE case_id = %s", case(number).pk)[0]
    assert examining.case_file(case(number).pk).form["protected"]
    examine_protected(
        case_id=case(number).pk, application_id=form, outcome=ExaminationOutcome.PASSED, seen=[],
        checks=list(hand_examination.checklist(proxy="", shielded=True)), by=OTHER_CHIEF,
    )  # fmt: skip
