"""連続スキャン受付 and 文書台帳, by a scanner and the ten-key alone: sheet after sheet, stops that cannot be scanned over, undo."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import Examiner
from tests.screens import decided_office
from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from tests.systems import city
from tests.systems.benefits.asking_city import PROGRAMME
from tests.systems.benefits.world import FORM_COLUMNS
from todoke.access.permissions import Role
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import Arrival, Case, Paper

SHEETS, SECONDS = 50, 2.0


@pytest.fixture
def clerk(office: Office, tmp_path: Path) -> Person:
    decided_office.open_office(tmp_path)
    return office.person(Role.CLERK)


@pytest.fixture
def before_a_pile(office: Office, tmp_path: Path) -> Person:
    """A clerk to whom fifty more households have answered."""
    decided_office.open_office(tmp_path, also=range(200, 200 + SHEETS))
    return office.person(Role.CLERK)


def waiting() -> list[str]:
    """Numbers whose form has not come in."""
    cases = Case.objects.using("benefits").filter(state__in=["numbered", "printed"])
    return list(cases.order_by("serial").values_list("case_number", flat=True))


def started(page: Page) -> Keys:
    return Keys(page).press("連続スキャン受付").see("箱の置き場所")


def scanned(page: Page, text: str) -> Keys:
    """As a hand scanner types: into whatever has the focus, with Enter."""
    expect(page.locator("#key")).to_be_focused()
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
    return Keys(page)


def test_sheets_are_received_one_after_the_other_and_a_second_one_stops_the_loop(
    clerk: Person, examiner: Examiner
) -> None:
    first, second, *_ = waiting()
    page = clerk.open("home")
    started(page)
    examiner.check(page, "benefits-scan-start")
    Keys(page).fill("#id_box", "箱1").press("読み取りを始める").see("英数字とハイフンで")
    Keys(page).fill("#id_box", "ａ－012").fill("#id_place", "本庁3階 棚2").press("読み取りを始める").see(
        "A-012"
    )
    examiner.check(page, "benefits-scan")
    scanned(page, first).see("受け付けました").see(first).see("いま 1 枚")
    examiner.check(page, "benefits-scan-received", thorough=True)
    scanned(page, second).see(second).see("いま 2 枚")
    paid = decided_office.case(decided_office.PAID).case_number
    scanned(page, paid).see("振込を依頼した、または支払った世帯です").see("紙はありません")
    examiner.check(page, "benefits-scan-stopped", thorough=True)
    scanned(page, first).see("まだ止まっています")
    scanned(page, "1").see("重複として箱に登録しました").see("いま 3 枚")
    scanned(page, "1010000000011").see("番号を読み取れませんでした")
    scanned(page, "0").see("続けます")
    kinds = Paper.objects.using("benefits").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["form", "form", "duplicate"]
    assert Arrival.objects.using("benefits").filter(channel="scan").count() == 2
    assert first not in page.url
    Keys(page).press("直前の1枚を取り消す").see("受付を取り消しました")
    Keys(page).press("直前の1枚を取り消す").see(f"{second} の受付を取り消しました").see("いま 1 枚")
    assert waiting()[0] == second


def test_a_stop_leads_to_the_first_arrival(clerk: Person, office: Office, examiner: Examiner) -> None:
    first = waiting()[0]
    page = clerk.open("home")
    started(page).fill("#id_box", "A-1").press("読み取りを始める").see("A-1")
    Keys(page).press("直前の1枚を取り消す").see("今日、自分で読み取った様式が見つかりません")
    examiner.check(page, "benefits-scan-undo")
    Keys(page).fill("#key", first).press("受け付ける").see("受け付けました")
    Keys(page).press("箱・受付日を替える").fill("#id_box", "B-1").press("読み取りを始める").see("B-1")
    other = office.person(Role.CLERK, staff_id="s002")
    other.open("benefits-scan-start")
    Keys(other.page).fill("#id_box", "B-1").press("読み取りを始める").see("B-1")
    scanned(other.page, first).see("この世帯は受付済みです").see("箱 A-1").see("職員 s001")
    Keys(other.page).press("最初の受付の記録を見る").fill("#purpose", "重複の確認").press("記入して進む")
    Keys(other.page).see("届いた確認書を読み取りました").see("箱 A-1")
    assert clerk.open("benefits-scan", query="?box=Z-9").url.endswith("/benefits/intake")


def test_with_script_a_fast_scanner_loses_no_sheet_and_a_stop_holds(clerk: Person, chromium: Browser) -> None:
    first, second, *_ = waiting()
    paid = decided_office.case(decided_office.PAID).case_number
    page = clerk.with_script(chromium, "/benefits/intake")
    Keys(page).fill("#id_box", "A-1").press("読み取りを始める").see("A-1")
    page.evaluate("window.stayed = true")
    for text in (first, paid, second):  # without waiting for an answer
        page.keyboard.insert_text(text)
        page.keyboard.press("Enter")
    Keys(page).see("まだ止まっています").see("いま 1 枚")
    assert page.evaluate("window.stayed"), "the page was not loaded again"
    scanned(page, "0").see("続けます")
    scanned(page, second).see("受け付けました").see("いま 2 枚")
    assert page.locator("#answer").get_attribute("aria-live") == "polite"
    assert Arrival.objects.using("benefits").filter(channel="scan").count() == 2


def test_fifty_sheets_are_scanned_in_less_than_two_seconds_each(
    before_a_pile: Person, chromium: Browser
) -> None:
    """By the scanner alone, each sheet after the answer to the one before, as somebody with a pile works."""
    page = before_a_pile.with_script(chromium, "/benefits/intake")
    Keys(page).fill("#id_box", "A-1").press("読み取りを始める").see("A-1")
    begun = time.monotonic()
    for number, text in enumerate(waiting()[:SHEETS], start=1):
        scanned(page, text).see(f"いま {number} 枚")
    assert (time.monotonic() - begun) / SHEETS < SECONDS
    assert Arrival.objects.using("benefits").filter(channel="scan").count() == SHEETS


def test_a_sheet_is_found_moved_and_in_the_end_destroyed(
    clerk: Person, office: Office, examiner: Examiner, tmp_path: Path
) -> None:
    first = waiting()[0]
    page = clerk.open("benefits-scan-start")
    Keys(page).fill("#id_box", "A-1").fill("#id_place", "本庁3階").fill(
        "#id_received_on", "令和2年3月1日"
    ).press("読み取りを始める").see("A-1")
    scanned(page, first).see("受け付けました")
    Keys(page).press("文書台帳").see(first).see("箱 A-1（本庁3階）")
    examiner.check(page, "benefits-papers", thorough=True)
    Keys(page).press("番号で探す").fill("#id_number", "1234").press("探す").see("検査数字が合いません")
    examiner.check(page, "benefits-paper-find")
    Keys(page).fill("#id_number", first).press("探す").see("読み取ってから動いていません")
    assert first not in page.url
    examiner.check(page, "benefits-paper", thorough=True)
    Keys(page).press("持ち出す").see("持ち出す先")
    examiner.check(page, "benefits-paper-send")
    Keys(page).fill("#id_sent_to", "審査担当").press("持ち出す").see("持出先：審査担当")
    Keys(page).press("箱に戻す").see("入れる箱の番号")
    examiner.check(page, "benefits-paper-box")
    Keys(page).fill("#id_box", "A-1").press("入れる").see("箱に戻した").see("箱 A-1（本庁3階）")
    page = clerk.open("benefits-boxes")
    Keys(page).see("A-1")
    examiner.check(page, "benefits-boxes", thorough=True)
    Keys(page).press("箱 A-1 を動かす").see("置き場所")
    examiner.check(page, "benefits-box")
    Keys(page).fill("#id_place", "地下書庫").press("書き換える").see("地下書庫")
    with page.expect_download() as saved:
        Keys(page).press("CSV で保存").fill("#purpose", "書庫の点検").press("記入して進む")
    assert "地下書庫" in saved.value.path().read_text(encoding="utf-8-sig")
    page = clerk.open("benefits-boxes")
    Keys(page).press("箱 A-1 の廃棄を提案").see("保存期間")
    examiner.check(page, "benefits-disposal-propose")
    Keys(page).fill("#id_received_until", "令和2年3月31日").press("提案する").see(
        "終わった文書が見つかりません"
    )
    _end(first, tmp_path)
    Keys(page).fill("#id_received_until", "令和2年3月31日").press("提案する").see("承認を待ちます")
    examiner.check(page, "benefits-disposals", thorough=True)
    Keys(page).press("取りやめる").see("文書はそのまま箱に残ります")
    examiner.check(page, "benefits-disposal-withdraw")
    Keys(page).press("取りやめる").see("取りやめました")
    page = clerk.open("benefits-boxes")
    Keys(page).press("箱 A-1 の廃棄を提案").fill("#id_received_until", "令和2年3月31日").press(
        "提案する"
    ).see("承認を待ちます")
    chief = office.person(Role.SUPERVISOR, staff_id="s002")
    page = chief.open("benefits-disposals")
    Keys(page).press("承認の画面へ").see("1 枚が廃棄済みになります")
    examiner.check(page, "benefits-disposal-approve")
    Keys(page).press("1 枚の廃棄を承認する").see("確実に廃棄してください")
    assert Paper.objects.using("benefits").get().state == "disposed"


def _end(number: str, folder: Path) -> None:
    """The household declines, by a form that was keyed elsewhere: its case has ended."""
    case = Case.objects.using("benefits").get(case_number=number)
    values = (case.household_key, "2022-03-01", "郵送", "1", "0", "0138", "200", "1", "0000001", "ﾄﾄﾞｹ ﾊﾅｺ")
    file = city.write_rows(folder / "declined.csv", [dict(zip(FORM_COLUMNS, values, strict=True))])
    jobs.receive(PROGRAMME, file, by=city.actor(city.CLERK))
    jobs.examine(PROGRAMME, by=city.actor(city.CLERK))
