"""連続スキャン受付, by a scanner and the ten-key alone: sheet after sheet, stops that cannot be scanned over, undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import PATIENCE, WIDE, Examiner
from tests.screens import decided_office
from tests.screens.keys import Keys
from tests.screens.office import Office, Person, Sites
from todoke.access.permissions import Role
from todoke.systems.benefits.models import Arrival, Case, Paper


@pytest.fixture(autouse=True)
def decided(office: Office, sites: Sites, tmp_path: Path) -> None:
    decided_office.open_office(tmp_path)


@pytest.fixture
def clerk(office: Office) -> Person:
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
    with chromium.new_context(viewport=WIDE, locale="ja-JP", timezone_id="Asia/Tokyo") as quick:
        quick.set_default_timeout(PATIENCE)
        quick.add_cookies(clerk.page.context.cookies())
        page = quick.new_page()
        page.goto(f"{clerk.address}/benefits/intake")
        Keys(page).fill("#id_box", "A-1").press("読み取りを始める").see("A-1")
        page.evaluate("window.stayed = true")
        for text in (first, paid, second):  # without waiting for an answer
            page.keyboard.insert_text(text)
            page.keyboard.press("Enter")
        Keys(page).see("まだ止まっています").see("いま 1 枚")
        assert page.evaluate("window.stayed"), "the page was not loaded again"
        expect(page.locator("#key")).to_be_focused()
        page.keyboard.insert_text("0")
        page.keyboard.press("Enter")
        Keys(page).see("続けます")
        page.keyboard.insert_text(second)
        page.keyboard.press("Enter")
        Keys(page).see("受け付けました").see("いま 2 枚")
        assert page.locator("#answer").get_attribute("aria-live") == "polite"
    assert Arrival.objects.using("benefits").filter(channel="scan").count() == 2
