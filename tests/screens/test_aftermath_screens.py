"""支払の後 by keyboard alone: a refund by two people in instalments, a decline asked again, an appeal, the figures."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.browser import Examiner
from tests.screens import decided_office
from tests.screens.bank import PAYABLE, result
from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from tests.systems import city
from tests.systems.benefits import deciding_city
from todoke.access.permissions import Role
from todoke.kernel import clock
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.payments.close_day import enter_debit
from todoke.systems.benefits.actions.payments.import_results import import_results
from todoke.systems.benefits.models import Appeal, Decline, PaymentBatch, Refund
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE

CODE = decided_office.PROGRAMME
SOON = (clock.today() + timedelta(days=20)).isoformat()


@pytest.fixture
def paid(office: Office, tmp_path: Path) -> Office:
    """Two households paid, as the bank said, and the bank's debit entered."""
    decided_office.approved_office(tmp_path, dict.fromkeys(PAYABLE, "0138"))
    jobs.prepare_payment(CODE, by=city.actor(city.SUPERVISOR))
    jobs.release_payment(CODE, by=city.actor(city.TREASURER))
    jobs.write_bank_files(CODE, tmp_path, by=city.actor(city.TREASURER))
    file = city.write_rows(tmp_path / "r.csv", [result(number, "1") for number in PAYABLE])
    treasurer = city.actor(city.TREASURER)
    import_results(programme=R3_NONTAXABLE, number=1, file=file, by=treasurer)
    day = PaymentBatch.objects.using("benefits").get().transfer_on
    enter_debit(day=day, amount_yen=200_000, reference="0001", by=treasurer)
    return office


def number(of: int) -> str:
    return decided_office.case(of).case_number


def test_a_refund_from_the_claim_to_the_last_yen(paid: Office, examiner: Examiner) -> None:
    clerk = paid.person(Role.CLERK, staff_id="m001")
    page = clerk.open("home")
    Keys(page).press("返還").see("返還の請求はありません").press("返還の請求を提案する").see(
        "支払済みの世帯だけ"
    )
    examiner.check(page, "benefits-refund-new")
    keys = (
        Keys(page)
        .fill("#id_number", number(PAYABLE[0]))
        .fill("#id_yen", "100,001")
        .choose("#id_reason", "tax_corrected")
    )
    keys.fill("#id_due_on", SOON).press("提案する").see("100,000 円まで")
    Keys(page).fill("#id_yen", "100,000").press("提案する").see("提案しました").see("決定待ち").press(
        number(PAYABLE[0])
    ).see("取り下げる")
    refund = Refund.objects.using("benefits").get().pk
    examiner.check(clerk.open("benefits-refund-withdraw", refund), "benefits-refund-withdraw")
    clerk.open("benefits-refund-decide", refund, status=403)

    second = paid.person(Role.SUPERVISOR, staff_id="p001")
    page = second.open("home")
    Keys(page).see("決定を待つ返還").press("返還").press(number(PAYABLE[0])).press("請求を決定する").see(
        "税の更正"
    )
    examiner.check(page, "benefits-refund-decide")
    Keys(page).press("決定する").see("決定しました").see("返還請求中")
    assert decided_office.case(PAYABLE[0]).state == "refunding"

    clerk.sit_down()
    page = clerk.open("benefits-refund", refund)
    Keys(page).press("分割の計画を決める").fill("#id_count", "3").fill("#id_first", SOON)
    examiner.check(page, "benefits-refund-plan")
    Keys(page).press("決める").see("計画を決めました").see("33,334円")
    Keys(page).press("督促を記録する").see("督促を記録します")
    examiner.check(page, "benefits-refund-remind")
    Keys(page).press("記録する").see("納付は遅れていません")
    page = clerk.open("benefits-refund", refund)
    Keys(page).press("不納欠損を提案する").fill("#id_reason", "所在不明")
    examiner.check(page, "benefits-refund-write-off")
    Keys(page).press("提案する").see("不納欠損が提案されています")
    examiner.check(page, "benefits-refund", thorough=True)

    second.sit_down()
    page = second.open("benefits-refund", refund)
    Keys(page).press("不納欠損を決定する").see("不納欠損を決定します")
    examiner.check(page, "benefits-write-off-confirm")
    clerk.sit_down()
    page = clerk.open("benefits-refund", refund)
    Keys(page).press("不納欠損の提案を取り下げる").see("取り下げます")
    examiner.check(page, "benefits-write-off-withdraw")
    Keys(page).press("取り下げる").see("取り下げました")

    _received(paid.person(Role.TREASURER, staff_id="t001"), examiner)


def _received(treasurer: Person, examiner: Examiner) -> None:
    """The money comes in two parts; then the figures."""
    page = treasurer.open("benefits-refunds")
    Keys(page).press(number(PAYABLE[0])).press("納付を記録する").fill(
        "#id_received_on", clock.today().isoformat()
    )
    examiner.check(page, "benefits-refund-receive")
    Keys(page).fill("#id_yen", "33,334円").fill("#id_reference", "A-1").press("記録する").see(
        "納付を記録しました"
    ).see("66,666円")
    Keys(page).press("納付を記録する").fill("#id_received_on", clock.today().isoformat()).fill(
        "#id_yen", "66666"
    ).fill("#id_reference", "A-2").press("記録する").see("返還済み")
    examiner.check(treasurer.open("benefits-refunds"), "benefits-refunds", thorough=True)
    assert decided_office.case(PAYABLE[0]).state == "refunded"
    _figures(treasurer.open("benefits-achievement"), examiner)


def _figures(page, examiner: Examiner) -> None:
    Keys(page).see("一致").see("2件　200,000円").see("2件　100,000円")
    examiner.check(page, "benefits-achievement", thorough=True)
    with page.expect_download() as saved:
        Keys(page).press("Excel で保存").fill("#purpose", "県への実績報告").press("記入して進む")
    rows = CalamineWorkbook.from_path(saved.value.path()).get_sheet_by_name("データ").to_python()
    head, found = rows[0], [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    assert head[1] == "区コード"
    paid = [row for row in found if row["区分"] == "支給"]
    assert {row["区コード"] for row in paid} == {"14103"}  # a text, not a number
    assert (
        sum(row["件数"] * row["単価（円）"] for row in paid)
        == sum(row["金額（円）"] for row in paid)
        == 200_000
    )


def test_a_decline_is_asked_again_and_an_appeal_answered_by_others(paid: Office, examiner: Examiner) -> None:
    clerk = paid.person(Role.CLERK, staff_id="m001")
    page = clerk.open("home")
    Keys(page).press("辞退").see("辞退の申出はありません").press("辞退の申出を記録する").see("申出の方法")
    examiner.check(page, "benefits-decline-new")
    keys = (
        Keys(page)
        .fill("#id_number", number(PAYABLE[1]))
        .choose("#id_channel", "phone")
        .fill("#id_said_on", clock.today().isoformat())
    )
    keys.fill("#id_said", "受け取らない").press("記録する").see("記録しました").see("意思の確認待ち")
    decline = Decline.objects.using("benefits").get().pk
    examiner.check(clerk.open("benefits-decline-withdraw", decline), "benefits-decline-withdraw")
    second = paid.person(Role.SUPERVISOR, staff_id="p001")
    page = second.open("home")
    Keys(page).see("意思の確認を待つ辞退").press("辞退").press("本人に確かめて確認する").see(
        "全額の返還請求を提案します"
    )
    examiner.check(page, "benefits-decline-confirm")
    Keys(page).fill("#id_answer", "本人に電話で確かめた").press("確認する").see("辞退を確認しました")
    examiner.check(page, "benefits-declines", thorough=True)
    assert Refund.objects.using("benefits").get().reason == "declined"

    clerk.sit_down()
    page = clerk.open("home")
    Keys(page).press("不服の申出").see("申出はありません").press("申出を受け付ける").see("申出の理由")
    examiner.check(page, "benefits-appeal-new")
    keys = Keys(page).fill("#id_number", f"1{deciding_city.TAXED:09d}").choose("#id_kind", "objection")
    keys = keys.fill("#id_known_on", clock.today().isoformat()).fill(
        "#id_received_on", clock.today().isoformat()
    )
    keys.fill("#id_grounds", "課税されていない").press("受け付ける").see("受け付けました").see("期限内")
    examiner.check(page, "benefits-appeals", thorough=True)
    appeal = Appeal.objects.using("benefits").get().pk
    Keys(page).press(str(appeal)).see("回答の目標日").press("回答を起案する").see("回答の理由")
    examiner.check(page, "benefits-appeal-draft")
    Keys(page).choose("#id_outcome", "dismissed").fill("#id_answer", "課税の記録がある").press(
        "起案する"
    ).see("決裁待ち")
    examiner.check(page, "benefits-appeal", thorough=True)
    examiner.check(clerk.open("benefits-appeal-withdraw", appeal), "benefits-appeal-withdraw")
    second.sit_down()
    page = second.open("benefits-appeal", appeal)
    examiner.check(second.open("benefits-appeal-return", appeal), "benefits-appeal-return")
    page = second.open("benefits-appeal", appeal)
    Keys(page).press("回答を決定する").see("課税の記録がある")
    examiner.check(page, "benefits-appeal-answer")
    Keys(page).press("決定する").see("回答済み")
