"""Dated lists of banks: a branch that was closed is named with the one that took it over, and nothing is paid there."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from tests.systems.benefits.test_money_guards import refused
from tests.systems.benefits.world import CLERK, CODE, SUPERVISOR, World, decide, rows
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.records.layouts.bank_branches_v2026 import BRANCHES
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.payments.import_bank_list import import_bank_list
from todoke.systems.benefits.queries.examination import bank_list
from todoke.systems.benefits.queries.payments.payable import payable
from todoke.systems.benefits.rules.accounts.bank_account import BankAccount

pytestmark = pytest.mark.usefixtures("databases")
ACCOUNT = BankAccount(
    bank_code="0138", branch_code="200", account_type="1", account_number="0000001", holder_kana="ﾄﾄﾞｹ"
)
OPEN = ("0138", "200", "横浜銀行", "本店", "", "", "", "")
CLOSED = ("0138", "200", "横浜銀行", "本店", "", "2023-10-06", "0138", "201")
MERGED = ("0138", "201", "横浜銀行", "中支店", "", "2025-03-31", "0140", "300")
HEIR = ("0140", "300", "新銀行", "西支店", "2023-01-01", "", "", "")


def write(path: Path, *given: tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in BRANCHES.columns])
        writer.writerows(given)
    return path


def test_a_closed_branch_is_refused_with_the_branch_that_took_it_over(tmp_path: Path) -> None:
    assert "zengin-code" in bank_list.edition()
    import_bank_list(file=write(tmp_path / "l.csv", CLOSED, MERGED, HEIR), as_of=date(2026, 11, 1), by=CLERK)
    assert bank_list.fault(ACCOUNT, date(2023, 10, 6)) is None
    found = bank_list.fault(ACCOUNT, date(2023, 10, 7))
    assert found is not None
    assert (found.code, "横浜銀行 中支店（0138-201）" in found.sentence) == ("BRANCH_CLOSED", True)
    later = bank_list.fault(ACCOUNT, date(2026, 11, 26))
    assert later is not None
    assert "新銀行 西支店（0140-300）" in later.sentence
    assert bank_list.standing("0140", "300", date(2022, 12, 31)).open is False
    unknown = bank_list.fault(BankAccount(**{**vars(ACCOUNT), "bank_code": "0001"}), date(2026, 11, 26))
    assert unknown is not None
    assert unknown.code == "BANK_UNKNOWN"


def test_a_list_is_taken_whole_once_and_never_goes_back(tmp_path: Path) -> None:
    stray = ("0138", "200", "横浜銀行", "本店", "", "2023-10-06", "0138", "999")
    backwards = ("0138", "202", "横浜銀行", "東支店", "2024-01-01", "2023-01-01", "", "")
    for bad in (stray, backwards, ("0138", "20", "横浜銀行", "本店", "", "", "", "")):
        with pytest.raises(InputRefused):
            import_bank_list(file=write(tmp_path / "bad.csv", HEIR, bad), as_of=date(2026, 11, 1), by=CLERK)
    assert not rows("SELECT id FROM benefits_bank_list")
    good = write(tmp_path / "l.csv", OPEN)
    made = import_bank_list(file=good, as_of=date(2026, 11, 1), by=CLERK)
    for file, as_of, code in (
        (good, date(2026, 11, 2), ErrorCode.ALREADY_DONE),
        (write(tmp_path / "older.csv", OPEN, HEIR), date(2026, 10, 31), ErrorCode.STATE_CONFLICT),
    ):
        with pytest.raises(TodokeError) as found:
            import_bank_list(file=file, as_of=as_of, by=CLERK)
        assert found.value.code is code
    assert f"bank list {made.pk}" in bank_list.edition()
    assert "append-only" in refused("UPDATE benefits_bank_branch SET valid_until = NULL")


def test_a_branch_that_closes_after_the_approval_is_not_paid(tmp_path: Path) -> None:
    """十和田市: an account of 公金受取口座 becomes invalid when its branch is merged."""
    decide({0: "eligible", 1: "eligible"})
    world = World(tmp_path, size=2)
    world.forms[1]["branch_code"] = "201"
    world.serve()
    import_bank_list(file=write(tmp_path / "l.csv", OPEN, MERGED, HEIR), as_of=date(2026, 11, 1), by=CLERK)
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    assert rows("SELECT outcome, codes FROM benefits_examination ORDER BY application_id") == [
        ("passed", []), ("deficient", ["BRANCH_CLOSED"]),
    ]  # fmt: skip
    jobs.approve(CODE, by=SUPERVISOR)
    assert payable(CODE).held_back == {}
    import_bank_list(file=write(tmp_path / "m.csv", CLOSED, MERGED, HEIR), as_of=date(2026, 11, 20), by=CLERK)
    found = payable(CODE)
    assert (found.cases.num_rows, found.held_back) == (0, {"BRANCH_CLOSED": 1})
