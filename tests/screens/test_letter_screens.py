"""印刷・支援措置の手紙・振込指定日の変更・納付の取消し by keyboard alone, each by the hands that it needs."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from tests.browser import Examiner
from tests.screens import decided_office
from tests.screens.bank import PAYABLE, result
from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from tests.systems import city
from todoke.access.permissions import Role
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.payments.import_results import import_results
from todoke.systems.benefits.actions.refunds.claim_refund import decide_refund, propose_refund
from todoke.systems.benefits.actions.refunds.receive_refund import receive_refund
from todoke.systems.benefits.models import Case, PaymentBatch, PrintWork, ProtectedLetter, RefundReceipt
from todoke.systems.benefits.rules.aftermath.refunds import RefundReason
from todoke.systems.benefits.rules.payments import bank_days
from todoke.systems.benefits.rules.programmes import R3_NONTAXABLE

CODE = decided_office.PROGRAMME
ALIAS = "benefits"
WHERE = "東京都千代田区霞が関1丁目3番2号"


@pytest.fixture
def prepared(office: Office, tmp_path: Path) -> Office:
    """Forms printed and handed to nobody; two households approved and reserved in batch 1."""
    decided_office.approved_office(tmp_path, dict.fromkeys(PAYABLE, "0138"))
    jobs.prepare_payment(CODE, by=city.actor(city.SUPERVISOR))
    return office


def test_letters_are_printed_at_the_screen_and_one_to_a_protected_person(
    prepared: Office, examiner: Examiner
) -> None:
    hidden = decided_office.case(PAYABLE[1])
    Case.objects.using(ALIAS).filter(pk=hidden.pk).update(protected=True, ward_code="")
    clerk = prepared.person(Role.CLERK, staff_id="m001")
    page = clerk.open("benefits-prints")
    Keys(page).see("画面から始めた印刷はまだありません").choose("#id_programme", CODE).choose(
        "#id_kind", "decision"
    ).press("絞り込む")
    Keys(page).see("印刷する手紙").see("1 通").see("支援措置の対象（責任職が個別に送る）")
    examiner.check(page, "benefits-print-new", thorough=True)
    Keys(page).press("1 通の印刷を始める").see("始めました")
    examiner.check(page, "benefits-print", thorough=True)
    work = PrintWork.objects.using(ALIAS).get().pk
    end = time.monotonic() + 120
    while PrintWork.objects.using(ALIAS).get(pk=work).state == "open" and time.monotonic() < end:
        time.sleep(0.5)
    page = clerk.open("benefits-print", work)
    Keys(page).see("終了").see("1 通（1 枚）").see("1 個")
    examiner.check(clerk.open("benefits-prints"), "benefits-prints", thorough=True)

    page = clerk.open("benefits-mailings")
    Keys(page).press("を印刷所に渡す").press("通を渡す").press("発送 1").press("傷んだ手紙を刷り直す").see(
        "印刷したときのまま"
    )
    examiner.check(page, "benefits-mailing-reprint", thorough=True)
    Keys(page).fill("#id_number", decided_office.case(PAYABLE[0]).case_number).fill("#id_reason", "紙詰まり")
    with page.expect_download() as saved:
        Keys(page).press("刷り直す")
    assert saved.value.path().read_bytes().startswith(b"%PDF")
    _protected(prepared, hidden.case_number, examiner)


def _protected(prepared: Office, number: str, examiner: Examiner) -> None:
    noter = prepared.person(Role.SUPERVISOR, staff_id="p001")
    page = noter.open("benefits-protected-letters")
    Keys(page).see("個別に印刷した手紙はありません").press("送付先を登録する").fill("#id_number", number)
    Keys(page).fill("#id_postal_code", "100-0013").fill("#id_address", WHERE).fill(
        "#id_source_on", "令和4年3月1日"
    )
    examiner.check(page, "benefits-destination-new", thorough=True)
    Keys(page).press("登録する").see("登録しました")

    printer = prepared.person(Role.SUPERVISOR, staff_id="p002")
    page = printer.open("benefits-protected-letter-new")
    examiner.check(page, "benefits-protected-letter-new", thorough=True)
    Keys(page).fill("#id_number", number).choose("#id_kind", "decision").fill("#id_reason", "本人の希望")
    with page.expect_download() as saved:
        Keys(page).press("印刷する")
    assert saved.value.path().read_bytes().startswith(b"%PDF")
    letter = ProtectedLetter.objects.using(ALIAS).get()
    page = printer.open("benefits-protected-letters")
    assert WHERE not in page.content()
    Keys(page).press("廃棄を記録する").see("シュレッダー")
    examiner.check(page, "benefits-protected-letter-spoil")
    noter.sit_down()
    page = noter.open("benefits-protected-letters")
    examiner.check(page, "benefits-protected-letters", thorough=True)
    Keys(page).press("発送を確認する").see("申出書の送付先と照らして")
    examiner.check(page, "benefits-protected-letter-post")
    Keys(page).press("発送を確認する").see("発送済み")
    assert ProtectedLetter.objects.using(ALIAS).get(pk=letter.pk).confirmed_by == "p001"


def _give_up(prepared: Office, examiner: Examiner, asker: Person) -> Person:
    """Batch 1 is given up: asked by one, confirmed by the treasurer, who is returned."""
    page = asker.open("benefits-payment", CODE, 1)
    Keys(page).press("起案を取り消す").see("欠番になります").fill("#id_reason", "世帯の誤り")
    examiner.check(page, "benefits-cancellation-new", thorough=True)
    Keys(page).press("取消しを依頼する").see("取消しの確認待ち").press("起案の取消しの依頼を取り下げる").see(
        "世帯の誤り"
    )
    examiner.check(page, "benefits-cancellation-withdraw")
    treasurer = prepared.person(Role.TREASURER, staff_id="t001")
    page = treasurer.open("home")
    Keys(page).see("確認を待つ起案の取消し").press("支払").press("支払単位 1").press(
        "起案の取消しの依頼を確認する"
    ).see("承認済みに戻り")
    examiner.check(page, "benefits-cancellation-confirm")
    Keys(page).press("取り消す").see("取り消しました").see("取消し済み")
    return treasurer


def test_a_batch_is_given_up_another_gets_another_day_and_a_receipt_is_reversed_by_second_persons(
    prepared: Office, examiner: Examiner, tmp_path: Path
) -> None:
    asker = prepared.person(Role.SUPERVISOR, staff_id="p001")
    treasurer = _give_up(prepared, examiner, asker)
    jobs.prepare_payment(CODE, by=city.actor(city.SUPERVISOR))
    batch = PaymentBatch.objects.using(ALIAS).get(number=2)
    day = batch.transfer_on + timedelta(days=1)
    while bank_days.is_closed(day):
        day += timedelta(days=1)
    asker.sit_down()
    page = asker.open("benefits-payment", CODE, 2)
    Keys(page).press("振込指定日を変える").fill("#id_transfer_on", wareki(day)).fill(
        "#id_reason", "締切に間に合わない"
    )
    examiner.check(page, "benefits-redating-new", thorough=True)
    Keys(page).press("変更を依頼する").see("依頼しました").press("振込指定日の変更を取り下げる").see(
        "締切に間に合わない"
    )
    examiner.check(page, "benefits-redating-withdraw")
    treasurer.sit_down()
    page = treasurer.open("home")
    Keys(page).see("確認を待つ振込指定日の変更").press("支払").press("支払単位 2").press(
        "振込指定日の変更を確認する"
    ).see("新しい振込指定日")
    examiner.check(page, "benefits-redating-confirm")
    Keys(page).press("確認する").see("振込指定日を変えました")
    assert PaymentBatch.objects.using(ALIAS).get(number=2).transfer_on == day

    jobs.release_payment(CODE, by=city.actor(city.TREASURER))
    jobs.write_bank_files(CODE, tmp_path, by=city.actor(city.TREASURER))
    file = city.write_rows(tmp_path / "r.csv", [result(number, "1") for number in PAYABLE])
    import_results(programme=R3_NONTAXABLE, number=2, file=file, by=city.actor(city.TREASURER))
    refund = propose_refund(
        case_number=decided_office.case(PAYABLE[0]).case_number, claimed_yen=100_000, reason=RefundReason.TWICE, note="",
        due_on=clock.today() + timedelta(days=20), by=city.actor(city.CLERK),
    ).pk  # fmt: skip
    decide_refund(refund_id=refund, by=city.actor(city.SUPERVISOR))
    receive_refund(
        refund_id=refund, received_on=clock.today(), amount_yen=40_000, reference="A-1", by=city.actor(city.TREASURER)
    )  # fmt: skip
    page = treasurer.open("benefits-refund", refund)
    Keys(page).see("40,000円").press("取り消す").see("取消しの行が加わります")
    examiner.check(page, "benefits-receipt-reverse", thorough=True)
    Keys(page).fill("#id_reason", "別の請求の納付").press("取り消す").see("取り消しました").see(
        "取消し済み（別の請求の納付）"
    )
    assert RefundReceipt.objects.using(ALIAS).count() == 1


def test_how_much_a_chief_approves_is_set_by_two(prepared: Office, examiner: Examiner) -> None:
    page = prepared.person(Role.SUPERVISOR, staff_id="p001").open("benefits-approvals")
    Keys(page).press("決裁区分").see("300,000円").press("額の変更を依頼する").see(
        "それまでの承認は変わりません"
    )
    examiner.check(page, "benefits-approval-limit-new", thorough=True)
    Keys(page).fill("#id_since", wareki(clock.today())).fill("#id_yen", "200000").fill(
        "#id_reason", "決裁規程 第5条"
    ).press("変更を依頼する").see("確認待ち").press("取り下げる（自分の額のないすべての事業 200,000円）").see(
        "第5条"
    )
    examiner.check(page, "benefits-approval-limit-withdraw")
    manager = prepared.person(Role.SECTION_MANAGER, staff_id="k001")
    page = manager.open("home")
    Keys(page).see("確認を待つ決裁区分").press("確かめる")
    Keys(page).press("確認する（自分の額のないすべての事業 200,000円）").see("200,000円")
    examiner.check(page, "benefits-approval-limit-confirm")
    Keys(page).press("確認する").see("始まりの日から効きます").see("確認済み")
    examiner.check(page, "benefits-approval-limits", thorough=True)
