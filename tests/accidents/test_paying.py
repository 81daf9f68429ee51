"""Money: paid twice, paid to somebody else, paid without anybody noticing. The table is in tests/accidents/__init__.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction

from tests.systems.benefits import bank, money
from tests.systems.benefits.test_bank_results import (
    OTHER,
    SECOND,
    again,
    case,
    day,
    error,
    results,
    row,
    states,
    world,
)
from tests.systems.benefits.test_money_guards import copy_row, refused
from tests.systems.benefits.world import (
    CLERK,
    CODE,
    PROGRAMME,
    SUPERVISOR,
    TREASURER,
    World,
    decide,
    rows,
    walk,
)
from todoke.kernel.errors import ErrorCode
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.examination.correct_account import correct_account
from todoke.systems.benefits.actions.intake.receive_forms import receive_forms
from todoke.systems.benefits.actions.payments.close_day import close_day, enter_debit
from todoke.systems.benefits.actions.payments.import_results import import_results
from todoke.systems.benefits.actions.payments.prepare_batch import prepare_batch
from todoke.systems.benefits.actions.payments.take_bank_file import take_bank_file
from todoke.systems.benefits.actions.payments.write_bank_file import write_bank_file
from todoke.systems.benefits.queries.payments import day_end
from todoke.systems.benefits.queries.payments.payable import payable
from todoke.systems.benefits.rules.accounts.bank_account import BankAccount
from todoke.systems.benefits.rules.payments.failures import AccountSource
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

__all__ = ["world"]


@pytest.fixture(autouse=True)
def the_money_is_right(databases: object) -> Iterator[None]:
    yield
    assert money.wrong() == []


def test_abu_there_is_no_second_order_of_a_batch(world: World, tmp_path: Path) -> None:
    """阿武町: the list was printed as a paper order, too; nobody but the clerk who brought it looked at it."""
    for by in (TREASURER, SECOND):
        for place in ("payments", "elsewhere"):
            found = error(
                ErrorCode.ALREADY_DONE, write_bank_file, programme=PROGRAMME, office=SAMPLE_CITY, number=1,
                out=tmp_path / place, by=by,
            )  # fmt: skip
            assert "t001" in found.sentence
    assert not (tmp_path / "elsewhere").exists()
    assert refused(copy_row("benefits_bank_file")) == "benefits_bank_file_batch_id_key"
    assert refused(copy_row("benefits_transfer", amount_yen="46300000", attempt="2")) in (
        "transfer_follows_known", "transfer_of_payment", "transfer_amount",
    )  # fmt: skip


def test_tenei_the_banks_answer_counts_once(world: World, tmp_path: Path) -> None:
    results(tmp_path / "r.csv", row(0), row(1, "2", "1"), row(2))
    error(
        ErrorCode.ALREADY_DONE,
        import_results,
        programme=PROGRAMME,
        number=1,
        file=tmp_path / "r.csv",
        by=TREASURER,
    )
    (tmp_path / "r.csv").write_bytes((tmp_path / "r.csv").read_bytes() + b"\n")
    error(
        ErrorCode.INPUT_REFUSED,
        import_results,
        programme=PROGRAMME,
        number=1,
        file=tmp_path / "r.csv",
        by=TREASURER,
    )


def test_miyazaki_a_paid_row_cannot_be_deleted_and_is_not_paid_again(world: World, tmp_path: Path) -> None:
    """宮崎市: one of the paid rows fell out of the list from which the next file was made."""
    bank.answer(tmp_path / "r.csv", PROGRAMME, 1)
    for table in ("transfer_result", "transfer", "payment", "case", "approval", "bank_file", "payment_batch"):
        assert refused(f"DELETE FROM benefits_{table}")
        assert refused(f"TRUNCATE benefits_{table} CASCADE")
    decide(dict.fromkeys(range(4), "eligible"))
    walk(World(tmp_path, size=4).serve(), tmp_path)
    assert rows("SELECT payments FROM benefits_payment_batch ORDER BY number") == [(3,), (1,)]
    held = [
        {number for number, *_ in money.lines(path.read_bytes())}
        for path in sorted(tmp_path.glob("payments/*.txt"))
    ]
    assert not held[0] & held[1]


def test_tokorozawa_by_mail_and_on_line_is_one_payment(world: World, tmp_path: Path) -> None:
    """所沢市 74 households, 大阪市 10, 室蘭市 18: both routes were paid."""
    for number, route in enumerate(("電子", "給付支援サービス（申請者の口座）", "郵送")):
        world.forms = {number: {**world.forms[number], "route": route}, **world.forms}
    intake = receive_forms(programme=PROGRAMME, file=world.write_forms("again.csv"), by=CLERK)
    assert (intake.accepted, intake.duplicates) == (0, 3)
    assert not payable(CODE).cases.num_rows
    assert len(rows("SELECT id FROM benefits_payment")) == 3


def test_kizugawa_a_form_that_is_typed_again_is_a_duplicate(databases: object, tmp_path: Path) -> None:
    """木津川市: typed on the 3rd and on the 4th, paid twice."""
    decide({0: "eligible"})
    city = World(tmp_path, size=1).serve()
    jobs.number_cases(CODE, by=CLERK)
    for typed in ("2022-03-03", "2022-03-04"):
        city.forms[0]["received_on"] = typed
        jobs.receive(CODE, city.write_forms(f"{typed}.csv"), by=CLERK)
    assert rows("SELECT refusal FROM benefits_application ORDER BY id") == [("",), ("duplicate",)]
    walk(city, tmp_path)
    assert rows("SELECT count(*), sum(amount_yen) FROM benefits_transfer") == [(1, 100_000)]


def test_yokosuka_the_dead_are_looked_for_once_more_at_the_moment_of_payment(
    databases: object, tmp_path: Path
) -> None:
    """横須賀市: 462 letters to the dead; the payment was stopped in time, by hand."""
    decide({0: "eligible", 1: "eligible"})
    city = World(tmp_path, size=2).serve()
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, city.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)
    city.people[1] |= {"left_on": date(2022, 3, 10), "left_reason": "死亡"}
    city.serve()
    made = prepare_batch(programme=PROGRAMME, office=SAMPLE_CITY, by=SUPERVISOR)
    assert (made.payments, made.held_back) == (1, {"PAYEE_DIED": 1})


def test_kawaguchiko_the_paid_mark_comes_from_the_banks_list_and_cannot_be_set_or_lost(
    world: World, tmp_path: Path
) -> None:
    """富士河口湖町: wrong data went to the bank, and the mark "paid" was not set."""
    for state in ("paid", "failed"):
        set_by_hand = f"UPDATE benefits_case SET state = '{state}', state_by = 'x', state_at = now()"
        assert refused(set_by_hand) == f"benefits_case_{state}_proved"
    results(tmp_path / "r.csv", row(0))
    assert states() == ["paid", "ordered", "ordered"]
    for table in ("benefits_transfer_result", "benefits_result_file"):
        assert "append-only" in refused(f"DELETE FROM {table}")
    assert refused(copy_row("benefits_transfer_result")) == "benefits_transfer_result_transfer_id_key"
    assert "may not follow" in refused("UPDATE benefits_case SET state = 'approved' WHERE state = 'paid'")


def test_neyagawa_a_paid_household_has_no_second_attempt(world: World, tmp_path: Path) -> None:
    """寝屋川市: 993 households were paid twice, because the master of the paid was not up to date."""
    results(tmp_path / "r.csv", row(0), row(1, "2", "1"), row(2))
    with transaction.atomic(using="benefits"):
        rows(copy_row("benefits_payment_batch", number="2"))
        newest = "(SELECT max(id) FROM benefits_payment_batch)"
        alive = copy_row("benefits_transfer", attempt="2", follows_id="id", batch_id=newest)
        assert refused(alive) == "transfer_one_alive"
        transaction.set_rollback(True, using="benefits")
    assert refused(copy_row("benefits_transfer", attempt="2")) == "transfer_follows_known"
    assert not payable(CODE).cases.num_rows
    error(
        ErrorCode.STATE_CONFLICT, correct_account, case_id=case(0).pk, account=OTHER, source=AccountSource.FORM,
        source_on=date(2022, 5, 1), by=CLERK,
    )  # fmt: skip


def test_tenei_one_file_is_handed_over_once(world: World, tmp_path: Path) -> None:
    """天栄村: the file of one day was sent to the bank twice."""
    name, data = take_bank_file(programme=PROGRAMME, number=1, by=TREASURER)
    assert data == (tmp_path / "payments" / name).read_bytes()
    found = error(ErrorCode.ALREADY_DONE, take_bank_file, programme=PROGRAMME, number=1, by=SECOND)
    assert "t001" in found.sentence
    assert "append-only" in refused("DELETE FROM benefits_file_handover")
    assert refused(copy_row("benefits_file_handover")) == "benefits_file_handover_file_id_key"


def test_sendai_the_same_account_again_is_no_correction_and_an_unexamined_one_is_not_paid(
    world: World, tmp_path: Path
) -> None:
    results(tmp_path / "r.csv", row(0), row(1, "2", "3"), row(2))
    old = BankAccount(
        bank_code="0138", branch_code="200", account_type="1", account_number="0000002", holder_kana="ﾖｼﾀﾞ ﾀｶｻﾞｷ"
    )  # fmt: skip
    given = {
        "case_id": case(1).pk, "source": AccountSource.PUBLIC, "source_on": date(2022, 5, 1), "by": CLERK,
    }  # fmt: skip
    error(ErrorCode.STATE_CONFLICT, correct_account, account=old, **given)
    unknown = BankAccount(
        bank_code="0138", branch_code="999", account_type="1", account_number="1", holder_kana=""
    )
    assert "支店コード" in error(ErrorCode.RECORD_INVALID, correct_account, account=unknown, **given).sentence
    without = "UPDATE benefits_case SET state = 'received' WHERE state = 'failed'"
    assert refused(without) == "benefits_case_corrected"
    correct_account(account=OTHER, **given)
    assert "append-only" in refused("UPDATE benefits_account_correction SET account_number = '0000002'")
    assert states() == ["paid", "received", "paid"]
    assert not payable(CODE).cases.num_rows


def test_a_stranger_of_the_same_name_is_not_paid(world: World, tmp_path: Path) -> None:
    """公金受取口座 2023: money to a family's account; 大阪府八尾市: to a stranger of the same name."""
    results(tmp_path / "r.csv", row(0), row(1, "2", "2"), row(2))
    again(
        1,
        BankAccount(
            bank_code="0138", branch_code="200", account_type="1", account_number="1234567", holder_kana="ﾖｼﾀﾞ ﾀﾛｳ"
        ),
    )  # fmt: skip
    assert states() == ["paid", "deficient", "paid"]  # a person looks at it, with the reason
    ((codes,),) = rows("SELECT codes FROM benefits_examination ORDER BY id DESC LIMIT 1")
    assert codes == ["NAME_DIFFERS"]
    # the register's name changes after the approval: held back at the moment of payment
    again(1)
    world.people[1]["name_kana"] = "ﾄﾄﾞｹ ﾊﾅｺ"
    world.serve()
    found = payable(CODE)
    assert (found.cases.num_rows, found.held_back) == (0, {"NAME_DIFFERS": 1})


def test_abu_a_second_debit_beside_the_file_is_seen_on_the_same_day(world: World, tmp_path: Path) -> None:
    """阿武町: 463 payments by file, and 46.3 million yen once more by a paper order that nobody compared."""
    enter_debit(day=day(), amount_yen=300_000, reference="0001", by=TREASURER)
    enter_debit(day=day(), amount_yen=300_000, reference="0002", by=TREASURER)
    found = error(ErrorCode.STATE_CONFLICT, close_day, day=day(), by=SECOND)
    assert "差額 300,000 円" in found.sentence
    assert [(each.day, each.difference, each.closed_at) for each in day_end.days()] == [
        (day(), 300_000, None)
    ]
    error(ErrorCode.ALREADY_DONE, enter_debit, day=day(), amount_yen=1, reference="0002", by=SECOND)
    enter_debit(day=day(), amount_yen=-300_000, reference="0003 返金", by=TREASURER)
    error(ErrorCode.SAME_PERSON, close_day, day=day(), by=TREASURER)
    results(tmp_path / "r.csv", row(0), row(1, "2", "1"))
    made = close_day(day=day(), by=SECOND)
    assert (made.file_yen, made.debit_yen, made.paid_yen, made.failed_yen, made.open_yen) == (
        300_000, 300_000, 100_000, 100_000, 100_000,
    )  # fmt: skip
    for table in ("benefits_bank_debit", "benefits_day_closing"):
        assert "append-only" in refused(f"UPDATE {table} SET day = day")
        assert "append-only" in refused(f"DELETE FROM {table}")
    error(ErrorCode.ALREADY_DONE, close_day, day=day(), by=SECOND)
    error(ErrorCode.ALREADY_DONE, enter_debit, day=day(), amount_yen=1, reference="0009", by=TREASURER)
