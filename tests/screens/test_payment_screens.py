"""支払 by keyboard alone: prepared, released by a third person with the figures typed, one file, taken once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.browser import Examiner
from tests.screens import decided_office
from tests.screens.bank import PAYABLE, day
from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems import city
from tests.systems.benefits import deciding_city
from todoke.access.permissions import Role
from todoke.sites.realms import Realm
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import (
    BatchRelease,
    DayClosing,
    Recall,
)

CODE = decided_office.PROGRAMME
DEAD = deciding_city.AIDED


@pytest.fixture
def approved(office: Office, tmp_path: Path) -> Office:
    """Three households approved; then the register tells that one head has died."""
    decided_office.approved_office(tmp_path, dict.fromkeys((*PAYABLE, DEAD), "0138"))
    decided_office.died(tmp_path, DEAD, on=date(2022, 3, 10))
    return office


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
