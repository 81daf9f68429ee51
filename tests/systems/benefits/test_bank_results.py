"""After the bank file: results, failures, new attempts, recalls and the day's end. What went wrong in other cities: tests/accidents."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.systems.benefits.test_money_guards import refused
from tests.systems.benefits.world import (
    CLERK,
    CODE,
    PROGRAMME,
    SUPERVISOR,
    TREASURER,
    World,
    decide,
    household,
    rows,
    walk,
)
from todoke.access.permissions import Actor, Role
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.systems.benefits import jobs, queries
from todoke.systems.benefits.actions.examination.correct_account import correct_account
from todoke.systems.benefits.actions.payments.close_day import enter_debit
from todoke.systems.benefits.actions.payments.end_recall import end_recall
from todoke.systems.benefits.actions.payments.import_results import Imported, import_results
from todoke.systems.benefits.actions.payments.prepare_batch import prepare_batch
from todoke.systems.benefits.actions.payments.recall_transfer import ask_recall, confirm_recall
from todoke.systems.benefits.actions.payments.release_batch import release_batch
from todoke.systems.benefits.actions.payments.take_bank_file import take_bank_file
from todoke.systems.benefits.actions.payments.write_bank_file import write_bank_file
from todoke.systems.benefits.models import Case
from todoke.systems.benefits.rules.accounts.bank_account import BankAccount
from todoke.systems.benefits.rules.payments.failures import AccountSource
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

SECOND = Actor(staff_id="t002", roles=frozenset({Role.TREASURER}))
HEAD = (
    "customer_code", "bank_code", "branch_code", "account_number", "amount", "result", "failure", "settled_on",
)  # fmt: skip
OTHER = BankAccount(
    bank_code="0138", branch_code="200", account_type="1", account_number="7654321", holder_kana="ﾖｼﾀﾞ ﾀｶｻﾞｷ"
)


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    """Three households, ordered from the bank in batch 1."""
    decide(dict.fromkeys(range(3), "eligible"))
    world = World(tmp_path, size=3).serve()
    walk(world, tmp_path)
    return world


def case(number: int) -> Case:
    return Case.objects.using("benefits").get(household_key=household(number))


def day() -> date:
    """On which the first batch is transferred."""
    ((found,),) = rows("SELECT transfer_on FROM benefits_payment_batch WHERE number = 1")
    return found


def states() -> list[str]:
    return [state for (state,) in rows("SELECT state FROM benefits_case ORDER BY case_number")]


def row(number: int, result: str = "1", failure: str = "", **changes: str) -> dict[str, str]:
    given = dict(
        zip(HEAD, (case(number).case_number.zfill(20), "0138", "200", f"{number + 1:07d}", "100000", result, failure, day().isoformat()), strict=True)
    )  # fmt: skip
    return {**given, **changes}


def write(path: Path, *given: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEAD, lineterminator="\n")
        writer.writeheader()
        writer.writerows(given)
    return path


def results(path: Path, *given: dict[str, str], number: int = 1, **more: Any) -> Imported:
    return import_results(programme=PROGRAMME, number=number, file=write(path, *given), by=TREASURER, **more)


def error(code: ErrorCode, work: Any, **given: Any) -> TodokeError:
    with pytest.raises(TodokeError) as found:
        work(**given)
    assert found.value.code is code, found.value
    return found.value


def again(number: int, account: BankAccount = OTHER) -> None:
    """Another account of a failed case, examined and approved anew."""
    correct_account(
        case_id=case(number).pk, account=account, source=AccountSource.FORM, source_on=date(2022, 5, 1), by=CLERK
    )  # fmt: skip
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)


def test_every_payment_ends_paid_or_failed_and_a_failed_one_is_paid_by_a_new_attempt(
    world: World, tmp_path: Path
) -> None:
    found = results(tmp_path / "r.csv", row(0), row(1, "2", "3"), row(2))
    assert found == Imported(paid=2, paid_yen=200_000, failed=1, failed_yen=100_000)
    assert states() == ["paid", "failed", "paid"]
    again(1)
    # 仙台市 2022: 151 were paid into the old account although another one was told
    made = prepare_batch(programme=PROGRAMME, office=SAMPLE_CITY, by=SUPERVISOR)
    assert (made.payments, made.total_yen, made.held_back) == (1, 100_000, {})
    release_batch(programme=PROGRAMME, number=2, by=TREASURER, expected=1, expected_yen=100_000)
    file = write_bank_file(programme=PROGRAMME, office=SAMPLE_CITY, number=2, out=tmp_path, by=TREASURER)
    assert file.path.read_bytes()[122:][43:50] == b"7654321"
    assert rows("SELECT attempt, follows_id IS NULL, amount_yen FROM benefits_transfer ORDER BY id")[2:] == [
        (1, True, 100_000), (2, False, 100_000),
    ]  # fmt: skip
    assert len(rows("SELECT id FROM benefits_payment")) == 3  # the payment stays one
    results(tmp_path / "r2.csv", row(1, account_number="7654321"), number=2)
    assert states() == ["paid", "paid", "paid"]
    assert refused(
        "UPDATE benefits_case SET state = 'received', state_by = 'x'"
    )  # nothing of a paid case is opened again


def test_households_are_counted_and_not_attempts(world: World, tmp_path: Path) -> None:
    results(tmp_path / "r.csv", row(0), row(1, "2", "3"), row(2))
    made = recalled(2)
    ledger = queries.ledger(CODE)
    assert (ledger.payments, ledger.ordered_payments, ledger.ordered_yen) == (2, 2, 200_000)  # one failed
    end_recall(recall_id=made, returned_on=day(), by=TREASURER)
    assert queries.ledger(CODE).ordered_yen == 100_000
    again(1)
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    jobs.release_payment(CODE, by=TREASURER)
    (report,) = jobs.write_bank_files(CODE, tmp_path, by=TREASURER)
    assert (report.counts.taken, report.counts.accepted) == (2, 2)  # four attempts, two of them alive
    assert report.counts.totals == {"bank_files": 2, "paid_count": 2, "paid_yen": 200_000}


def recalled(number: int) -> int:
    made = ask_recall(case_number=case(number).case_number, reason="別人の口座", by=TREASURER)
    confirm_recall(recall_id=made.pk, by=SECOND)
    return int(made.pk)


def test_a_list_with_bad_rows_is_refused_whole_and_every_row_is_named(world: World, tmp_path: Path) -> None:
    bad = [
        row(0),
        row(1, amount="90000"),
        row(2, account_number="9999999"),
        {**row(0), "customer_code": "9" * 20},
        row(1, settled_on="2022-01-04", customer_code="0" * 20),
    ]
    with pytest.raises(InputRefused) as found:
        results(tmp_path / "r.csv", *bad)
    assert [(each.row, each.column) for each in found.value.rows] == [
        (3, "amount"), (4, "account_number"), (5, "customer_code"), (6, "customer_code"),
    ]  # fmt: skip
    assert states() == ["ordered"] * 3
    with pytest.raises(InputRefused):  # a failure without its reason
        results(tmp_path / "r.csv", row(0, "2", ""))
    with pytest.raises(InputRefused):  # a reason without a failure
        results(tmp_path / "r.csv", row(0, "1", "3"))
    assert not rows("SELECT id FROM benefits_result_file")


def test_a_list_of_failures_alone_says_that_the_rest_is_paid(world: World, tmp_path: Path) -> None:
    ask_recall(case_number=case(2).case_number, reason="同姓同名の別人", by=TREASURER)
    confirm_recall(recall_id=_recall(), by=SECOND)
    found = results(tmp_path / "r.csv", row(1, "2", "1"), rest_is_paid=True)
    assert (found.paid, found.failed) == (1, 1)
    assert states() == ["paid", "failed", "ordered"]  # what was recalled is not taken for paid
    error(ErrorCode.ALREADY_DONE, import_results, programme=PROGRAMME, number=1, file=tmp_path / "r.csv", by=TREASURER)  # fmt: skip


def _recall() -> int:
    ((number,),) = rows("SELECT max(id) FROM benefits_recall")
    return int(number)


def test_a_bank_file_that_was_touched_is_not_handed_over(world: World, tmp_path: Path) -> None:
    path = tmp_path / "payments/transfer-0001.txt"
    path.write_bytes(path.read_bytes().replace(b"0000001", b"0000009"))
    error(ErrorCode.INPUT_CHANGED, take_bank_file, programme=PROGRAMME, number=1, by=TREASURER)
    path.unlink()
    error(ErrorCode.INPUT_MISSING, take_bank_file, programme=PROGRAMME, number=1, by=TREASURER)
    assert not rows("SELECT id FROM benefits_file_handover")


def test_a_recall_is_asked_by_one_and_confirmed_by_another(world: World, tmp_path: Path) -> None:
    """The money of a paid case comes back; it is then paid again to another account."""
    results(tmp_path / "r.csv", row(0), row(1), row(2))
    number = case(1).case_number
    made = ask_recall(case_number=number, reason="別人の口座に振り込んだ", by=TREASURER)
    error(ErrorCode.ALREADY_DONE, ask_recall, case_number=number, reason="二重", by=SECOND)
    error(ErrorCode.SAME_PERSON, confirm_recall, recall_id=made.pk, by=TREASURER)
    error(ErrorCode.STATE_CONFLICT, end_recall, recall_id=made.pk, returned_on=date(2022, 5, 2), by=TREASURER)
    for by in ("'t001'", "NULL"):
        alone = f"UPDATE benefits_recall SET state = 'confirmed', confirmed_by = {by}, confirmed_at = now()"
        assert refused(alone) in ("benefits_recall_distinct_persons", "recall_two_persons")
    confirm_recall(recall_id=made.pk, by=SECOND)
    end_recall(recall_id=made.pk, returned_on=date(2022, 5, 2), by=TREASURER)
    assert states() == ["paid", "failed", "paid"]
    again(1)
    prepare_batch(programme=PROGRAMME, office=SAMPLE_CITY, by=SUPERVISOR, expected=1)
    assert states() == ["paid", "reserved", "paid"]
    error(ErrorCode.NOT_FOUND, ask_recall, case_number=number, reason="まだ依頼していない", by=TREASURER)


def test_a_day_is_closed_only_with_its_true_sums_also_by_bulk_sql(world: World) -> None:
    enter_debit(day=day(), amount_yen=100_000, reference="0001", by=TREASURER)
    closing = (
        "INSERT INTO benefits_day_closing (day, file_yen, debit_yen, paid_yen, failed_yen, open_yen, closed_at, closed_by)"
        f" VALUES ('{day()}', %s, %s, 0, 0, %s, now(), %s)"
    )
    assert refused(closing, 300_000, 100_000, 300_000, "t002") in ("day_states_truth", "day_debit_is_file")
    assert refused(closing, 100_000, 100_000, 100_000, "t002") == "day_states_truth"
    assert refused(closing, 100_000, 100_000, 100_000, "t001") == "day_closed_by_second"


def test_who_recorded_an_account_does_not_release_its_payment(world: World, tmp_path: Path) -> None:
    results(tmp_path / "r.csv", row(0), row(1, "2", "3"), row(2))
    again(1)
    prepare_batch(programme=PROGRAMME, office=SAMPLE_CITY, by=SUPERVISOR)
    for staff_id in ("c001", "s001"):
        both = Actor(staff_id=staff_id, roles=frozenset({Role.TREASURER}))
        error(ErrorCode.SAME_PERSON, release_batch, programme=PROGRAMME, number=2, by=both)
