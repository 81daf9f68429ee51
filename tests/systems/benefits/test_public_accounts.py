"""公金受取口座: taken from the registry's answer or from an electronic application, with its source and day; another name
than the resident's is never paid by itself (2023: 748 accounts were registered for somebody else)."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from tests.systems.benefits.bank import answer
from tests.systems.benefits.test_bank_results import case, states
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
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.records.layouts.public_accounts_v2026 import ACCOUNTS
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.examination.take_public_accounts import (
    TakenAccounts,
    take_public_accounts,
)
from todoke.systems.benefits.queries.examination import accounts

OWN, FAMILY = "ﾖｼﾀﾞ ﾀｶｻﾞｷ", "ﾖｼﾀﾞ ｲﾁﾛｳ"
SIZE = 5


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    """0 and 1 ticked 公金受取口座 on paper and wrote no account; 2 fails at the bank; 3 applies electronically; 4 is silent."""
    decide(dict.fromkeys(range(SIZE), "eligible"))
    world = World(tmp_path, size=SIZE).serve()
    empty = dict.fromkeys(
        ("bank_code", "branch_code", "account_type", "account_number", "account_holder_kana"), ""
    )
    for number in (0, 1):
        world.forms[number] |= empty
    world.forms[3]["route"] = "給付支援サービス（公金受取口座）"
    del world.forms[4]
    walk(world, tmp_path)
    answer(tmp_path / "results.csv", PROGRAMME, 1, failed={case(2).case_number: "3"})
    return world


def write(path: Path, *given: tuple[int, str, str, str]) -> Path:
    """(household, registered, account number, holder)."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in ACCOUNTS.columns])
        for number, registered, account, holder in given:
            bank = ("0138", "200", "1") if registered == "1" else ("", "", "")
            writer.writerow([case(number).case_number, "2026-11-01", registered, *bank, account, holder])
    return path


def test_the_registrys_accounts_are_examined_and_paid_and_a_relatives_account_is_not(
    world: World, tmp_path: Path
) -> None:
    assert states() == ["deficient", "deficient", "failed", "paid", "printed"]
    file = write(
        tmp_path / "accounts.csv", (0, "1", "7000000", OWN), (1, "1", "7000001", FAMILY),
        (2, "1", "0000003", OWN), (3, "1", "7000003", OWN), (4, "0", "", ""),
    )  # fmt: skip
    found = take_public_accounts(programme=PROGRAMME, file=file, by=CLERK)
    assert found == TakenAccounts(taken=2, not_registered=0, same=1, not_waiting=2)
    assert states() == ["received", "received", "failed", "paid", "printed"]
    query = "SELECT source, source_on, account_number FROM benefits_account_correction ORDER BY case_id"
    assert rows(query) == [("public", date(2026, 11, 1), "7000000"), ("public", date(2026, 11, 1), "7000001")]
    assert take_public_accounts(programme=PROGRAMME, file=file, by=CLERK).taken == 0
    jobs.examine(CODE, by=CLERK)
    assert states() == ["passed", "deficient", "failed", "paid", "printed"]
    assert rows("SELECT codes FROM benefits_examination ORDER BY id DESC LIMIT 1") == [(["NAME_DIFFERS"],)]
    jobs.approve(CODE, by=SUPERVISOR)
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    jobs.release_payment(CODE, by=TREASURER)
    jobs.write_bank_files(CODE, tmp_path, by=TREASURER)
    assert rows("SELECT account_number FROM benefits_transfer ORDER BY id DESC LIMIT 1") == [("7000000",)]
    assert states()[1] == "deficient"


def test_where_an_account_is_from_and_since_when_is_known(world: World, tmp_path: Path) -> None:
    take_public_accounts(
        programme=PROGRAMME, file=write(tmp_path / "a.csv", (0, "1", "7000000", OWN)), by=CLERK
    )
    query = f"SELECT source, source_on FROM {accounts.ACCOUNTS} k JOIN benefits_case c ON c.id = k.case_id ORDER BY c.case_number"
    form = date(2022, 3, 1)
    assert rows(query) == [
        ("public", date(2026, 11, 1)), ("form", form), ("form", form), ("public", form),
    ]  # fmt: skip


def test_a_list_with_a_bad_row_is_refused_whole(world: World, tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", (0, "1", "7000000", OWN), (1, "1", "7000001", OWN))
    text = file.read_text()
    bad = {
        text.replace(case(1).case_number, "1010000000099"): "case_number",
        text.replace("2026-11-01", "2099-01-01"): "asked_on",
        text.replace("7000001", ""): "account_number",
    }
    for content, column in bad.items():
        file.write_text(content)
        with pytest.raises(InputRefused) as refused:
            take_public_accounts(programme=PROGRAMME, file=file, by=CLERK)
        assert any(column in row.column for row in refused.value.rows)
    assert not rows("SELECT id FROM benefits_account_correction")
    with pytest.raises(TodokeError) as denied:
        take_public_accounts(programme=PROGRAMME, file=file, by=TREASURER)
    assert denied.value.code is ErrorCode.PERMISSION_DENIED
