"""支払 by keyboard alone: prepared, released by a third person with the figures typed, one file, taken once."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from tests.browser import Examiner
from tests.screens import decided_office
from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems import city
from tests.systems.benefits import deciding_city
from todoke.access.permissions import Role
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.oplog.models import Operation
from todoke.records.layouts.bank_branches_v2026 import BRANCHES
from todoke.records.layouts.public_accounts_v2026 import ACCOUNTS
from todoke.records.layouts.transfer_results_v2026 import RESULTS
from todoke.sites.realms import Realm
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import (
    AccountCorrection,
    BankFile,
    BatchRelease,
    DayClosing,
    FileHandover,
    PaymentBatch,
    Recall,
)
from todoke.systems.benefits.rules.payments import bank_days
from todoke.systems.residents import jobs as residents

CODE = decided_office.PROGRAMME
PAYABLE, DEAD = (deciding_city.EXEMPT, 1), deciding_city.AIDED


@pytest.fixture
def approved(office: Office, tmp_path: Path) -> Office:
    """Three households approved; then the register tells that one head has died."""
    decided_office.approved_office(tmp_path, dict.fromkeys((*PAYABLE, DEAD), "0138"))
    died(tmp_path, DEAD)
    return office


def died(folder: Path, number: int) -> None:
    path = folder / "residents_latest.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    (row,) = [row for row in rows if row["household_code"] == f"1{number:09d}"]
    row["left_on"], row["left_reason"] = "2022-03-10", "死亡"
    latest = city.write_rows(folder / "later.csv", rows)
    residents.load(folder / "residents_base.csv", latest, date(2022, 3, 11), by=city.actor(city.CLERK))


def test_three_people_bring_one_file_to_the_bank(approved: Office, examiner: Examiner) -> None:
    preparer = approved.person(Role.SUPERVISOR, staff_id="p001")
    page = preparer.open("home")
    Keys(page).press("支払").see("支払単位はまだありません").press("を起案する（承認済み 3 件）")
    keys = Keys(page).see("受給者が死亡している").see("2件").see("200,000円").see("見送る件数")
    examiner.check(page, "benefits-payment-new", thorough=True)
    closed = next(
        day for day in (clock.today() + timedelta(days=n) for n in range(7)) if bank_days.is_closed(day)
    )
    keys.fill("#id_transfer_on", closed.isoformat()).press("2 件を起案する").see("銀行の休業日です")
    first = bank_days.earliest(clock.now(), days=1, hour=12)
    past = bank_days.before(first, 1)
    Keys(page).fill("#id_transfer_on", past.isoformat()).press("2 件を起案する").see("締切を過ぎています")
    Keys(page).fill("#id_transfer_on", wareki(first)).press("2 件を起案する").see("起案しました")
    examiner.check(page, "benefits-payments", thorough=True)
    batch = PaymentBatch.objects.using("benefits").get()
    assert (batch.payments, batch.total_yen, batch.transfer_on) == (2, 200_000, first)
    Keys(page).press("支払単位 1").see("確定待ち").see("まだです")
    preparer.open("benefits-payment-release", CODE, 1, status=403)

    treasurer = approved.person(Role.TREASURER, staff_id="t001")
    page = treasurer.open("home")
    Keys(page).see("確定を待つ支払").press("支払").press("支払単位 1").see("2件 × 100,000円").press(
        "確定する"
    )
    keys = Keys(page).see("審査・承認・起案のどれかを行った職員は確定できません").see("200,000円")
    examiner.check(page, "benefits-payment-release", thorough=True)
    keys.fill("#id_count", "2").fill("#id_total", "300,000").press("確定する").see(
        "支払総額は 200,000 円です"
    )
    assert not BatchRelease.objects.using("benefits").exists()
    Keys(page).fill("#id_count", "2").fill("#id_total", "200,000円").press("確定する").see("確定しました")
    Keys(page).press("振込ファイルを作る").see("ほかの方法では銀行に依頼しません")
    examiner.check(page, "benefits-payment-write")
    Keys(page).press("振込ファイルを作る").see("作りました").see("transfer-0001.txt")
    file = BankFile.objects.using("benefits").get()
    Keys(page).see(file.sha256)
    examiner.check(page, "benefits-payment", thorough=True)
    Keys(page).press("振込ファイルを受け取る").see("受け取れるのは1回だけ")
    examiner.check(page, "benefits-payment-take")
    with page.expect_download() as saved:
        Keys(page).press("受け取る")
    assert sha256(saved.value.path().read_bytes()).hexdigest() == file.sha256
    assert FileHandover.objects.using("benefits").get().taken_by == "t001"
    # again: who and when, and what to do; not the file
    Keys(page).press("受け取る").see("t001 が受け取り済み").see("銀行に受付の有無を確かめてください")
    page = treasurer.open("benefits-payment-write", CODE, 1)
    Keys(page).press("振込ファイルを作る").see("t001 が作成済み").see("銀行に受付の有無を確かめてください")
    Keys(treasurer.open("benefits-payment", CODE, 1)).see("銀行へ引渡し")
    verbs = set(Operation.objects.using("benefits").values_list("verb", flat=True))
    assert {"benefits:payment:prepare", "benefits:payment:release", "benefits:payment:output", "benefits:payment:take"} <= verbs  # fmt: skip


def test_who_prepared_does_not_release(approved: Office) -> None:
    """All roles in one hand: the page offers nothing, and behind it the database refuses (test_money_guards: the others)."""
    every = (Role.CLERK, Role.SUPERVISOR, Role.TREASURER)
    one = approved.person(*every, staff_id="m001")
    page = one.open("benefits-payment-new", CODE)
    Keys(page).press("2 件を起案する").see("起案しました")
    page = one.open("benefits-payment", CODE, 1)
    assert page.get_by_role("link", name="確定する").count() == 0
    page = one.open("benefits-payment-release", CODE, 1)
    Keys(page).fill("#id_count", "2").fill("#id_total", "200000").press("確定する").see("SAME_PERSON")
    assert not BatchRelease.objects.using("benefits").exists()


def test_before_the_release_the_treasurer_is_verified_again(approved: Office) -> None:
    preparer = approved.person(Role.SUPERVISOR, staff_id="p001")
    Keys(preparer.open("benefits-payment-new", CODE)).press("2 件を起案する").see("起案しました")
    approved.hire(Realm.CITY, {"t001": [Role.TREASURER]})
    late = approved.seat(Realm.CITY, "t001", idle=timedelta(minutes=6))
    for route in ("benefits-payment-release", "benefits-payment-write", "benefits-payment-take"):
        Keys(late.open(route, CODE, 1)).see("もう一度の本人確認")


@pytest.fixture
def ordered(office: Office, tmp_path: Path) -> Office:
    """Three households in a bank file of today's batch."""
    decided_office.approved_office(tmp_path, dict.fromkeys((*PAYABLE, DEAD), "0138"))
    jobs.prepare_payment(CODE, by=city.actor(city.SUPERVISOR))
    jobs.release_payment(CODE, by=city.actor(city.TREASURER))
    jobs.write_bank_files(CODE, tmp_path, by=city.actor(city.TREASURER))
    return office


def day() -> str:
    """On which the batch is transferred."""
    return PaymentBatch.objects.using("benefits").latest("number").transfer_on.isoformat()


def result(number: int, outcome: str, failure: str = "", amount: str = "100000") -> dict[str, str]:
    cells = (
        decided_office.case(number).case_number.zfill(20), "0138", "200", f"{number:07d}", amount, outcome, failure,
        day(),
    )  # fmt: skip
    return dict(zip((column.name for column in RESULTS.columns), cells, strict=True))


def test_the_banks_list_a_failure_and_its_new_attempt(
    ordered: Office, examiner: Examiner, tmp_path: Path
) -> None:
    treasurer = ordered.person(Role.TREASURER, staff_id="t001")
    page = treasurer.open("benefits-payment", CODE, 1)
    Keys(page).see("結果待ち").press("銀行の結果を取り込む").see("一覧の項目")
    first, second = PAYABLE
    wrong = city.write_rows(tmp_path / "wrong.csv", [result(first, "1"), result(second, "1", amount="90000")])
    page.set_input_files("#id_file", wrong)
    Keys(page).press("取り込む").see("誤りのある行").see("依頼した金額と異なります")
    examiner.check(page, "benefits-payment-results", thorough=True)
    page.set_input_files("#id_file", city.write_rows(tmp_path / "r.csv", [result(first, "2", "3")]))
    Keys(page).to("#id_rest_is_paid").page.keyboard.press("Space")
    Keys(page).press("取り込む").see("振込済み 2 件、振込不能 1 件")
    assert decided_office.case(first).state == "failed"

    clerk = ordered.person(Role.CLERK, staff_id="m001")
    page = clerk.open("home")
    Keys(page).press("振込不能").fill("#purpose", "口座の訂正").press("記入して進む").see("解約済み").see(
        "ACCOUNT_CLOSED"
    )
    examiner.check(page, "benefits-failed", thorough=True)
    Keys(page).press("公金受取口座の照会の結果を取り込む").see("名義が受給者本人と異なるときは")
    examiner.check(page, "benefits-public-accounts", thorough=True)
    names = [column.name for column in ACCOUNTS.columns]
    cells = (decided_office.case(second).case_number, "2026-11-01", "0", "", "", "", "", "")
    page.set_input_files(
        "#id_file", city.write_rows(tmp_path / "public.csv", [dict(zip(names, cells, strict=True))])
    )
    Keys(page).choose("#id_programme", CODE).press("取り込む").see("対象外 1 件")
    Keys(page).press(decided_office.case(first).case_number).see("今の口座は表示しません")
    keys = (
        Keys(page)
        .fill("#id_bank_code", "9900")
        .fill("#id_symbol", "14030")
        .fill("#id_yucho_number", "12345681")
    )
    keys.fill("#id_holder_kana", "ﾄﾄﾞｹ ﾊﾅｺ").choose("#id_source", "form").fill(
        "#id_source_on", "令和4年5月1日"
    )
    Keys(page).press("訂正して審査へ戻す").see("検査数字が合いません")
    examiner.check(page, "benefits-failed-account", thorough=True)
    Keys(page).fill("#id_yucho_number", "12345671").press("訂正して審査へ戻す").see("訂正しました")
    page = clerk.open("benefits-bank-list")
    Keys(page).see("使用中の一覧")
    examiner.check(page, "benefits-bank-list", thorough=True)
    row = {column.name: "" for column in BRANCHES.columns}
    row |= {"bank_code": "9900", "branch_code": "408", "bank_name": "ゆうちょ銀行", "branch_name": "四〇八"}
    page.set_input_files("#id_file", city.write_rows(tmp_path / "banks.csv", [row]))
    Keys(page).fill("#id_as_of", "令和8年11月1日").press("取り込む").see("取り込みました").see("banks.csv")
    account = AccountCorrection.objects.using("benefits").get()
    assert (account.branch_code, account.account_type, account.account_number) == ("408", "1", "1234567")
    assert decided_office.case(first).state == "received"


def test_a_recall_and_the_end_of_the_day_by_two_people(ordered: Office, examiner: Examiner) -> None:
    first = ordered.person(Role.TREASURER, staff_id="t001")
    page = first.open("home")
    Keys(page).press("組戻し").see("組戻しはありません").press("組戻しを依頼する").see("資金の返却を求めます")
    examiner.check(page, "benefits-recall-new")
    number = decided_office.case(PAYABLE[0]).case_number
    Keys(page).fill("#id_number", number[:-1]).fill("#id_reason", "同姓同名の別人").press("依頼する").see(
        "検査数字"
    )
    Keys(page).fill("#id_number", number).press("依頼する").see("依頼しました").see("確認待ち")
    examiner.check(page, "benefits-recalls", thorough=True)
    Keys(page).press("取り下げる").see("組戻しの依頼を取り下げます")
    examiner.check(page, "benefits-recall-withdraw")
    (row,) = Recall.objects.using("benefits").all()
    page = first.open("benefits-recall-confirm", row.pk)
    Keys(page).press("確認する").see("SAME_PERSON")
    on = day()
    Keys(first.open("benefits-days")).fill("#id_day", on).press("絞り込む").see("の日締め").press(
        "引落しを記録する"
    ).see("1行ずつ")
    page = first.page
    examiner.check(page, "benefits-day-debit")
    for yen, line in (("300,000", "0001"), ("100000", "0002")):
        Keys(page).fill("#id_amount", yen).fill("#id_reference", line).press("記録する").see("記録しました")
        page = first.open("benefits-day-debit", on)
    page = first.open("benefits-day", on)
    Keys(page).see("差額あり").see("ほかに銀行へ依頼したもの").see("100,000円")
    examiner.check(page, "benefits-day", thorough=True)
    Keys(page).press("引落しを記録する").fill("#id_amount", "-100000").fill("#id_reference", "0003").press(
        "記録する"
    )
    Keys(page).see("日締め前")

    second = ordered.person(Role.TREASURER, staff_id="t002")
    page = second.open("home")
    Keys(page).see("確認を待つ組戻し").see("日締めをしていない日").press("組戻し").press("確認する").see(
        number
    )
    examiner.check(page, "benefits-recall-confirm")
    Keys(page).press("確認する").see("確認しました").press("銀行の回答を記録する").see("銀行の回答")
    examiner.check(page, "benefits-recall-end")
    Keys(page).choose("#id_answer", "returned").press("記録する").see("返却された日を入力")
    Keys(page).fill("#id_returned_on", on).press("記録する").see("返却済み")
    Keys(page).press("日締め").see("日締め前")
    examiner.check(page, "benefits-days", thorough=True)
    Keys(second.open("benefits-day", on)).press("日締めをする").see("引落しを足せません")
    examiner.check(second.page, "benefits-day-close")
    Keys(second.page).press("日締めをする").see("日締めをしました").see("日締め済み").see("100,000円")
    closed = DayClosing.objects.using("benefits").get()
    assert (closed.file_yen, closed.failed_yen, closed.open_yen, closed.closed_by) == (
        300_000,
        100_000,
        200_000,
        "t002",
    )
