"""返戻: the mail room reads envelope after envelope, stops where it must, and has a letter sent again. By keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Examiner
from tests.screens import decided_office
from tests.screens.keys import Keys
from tests.screens.office import Office, Sites
from tests.systems import city
from tests.systems.benefits.asking_city import PROGRAMME
from todoke.access.permissions import Role
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import Case, ResendOrder, ReturnedMail
from todoke.systems.benefits.rules.letters.kind import LetterKind


@pytest.fixture(autouse=True)
def decided(office: Office, sites: Sites, tmp_path: Path) -> None:
    decided_office.open_office(tmp_path)


def test_envelopes_come_back_and_one_goes_again(office: Office, examiner: Examiner, tmp_path: Path) -> None:
    cases = Case.objects.using("benefits").filter(state="printed").order_by("serial")
    first, second = cases.values_list("case_number", flat=True)[:2]
    jobs.print_kind(PROGRAMME, LetterKind.DEFICIENCY, tmp_path / "out", by=city.actor(city.CLERK))
    page = office.person(Role.CLERK).open("benefits-returns")
    Keys(page).see("返戻はありません").press("返戻を読み取る").see("封筒の印")
    examiner.check(page, "benefits-return-start")
    Keys(page).choose("#id_reason", "2").press("読み取りを始める").see("転居先不明")
    examiner.check(page, "benefits-return-scan")
    Keys(page).press("直前の1通を取り消す").see("見つかりません")
    examiner.check(page, "benefits-return-undo")
    Keys(page).fill("#key", first).press("登録する").see("返戻を登録しました").see("1 通")
    page = _scanned(page, first, "この手紙の返戻は登録済みです")
    examiner.check(page, "benefits-return-stopped", thorough=True)
    page = _scanned(page, second, "まだ止まっています")
    page = _scanned(page, "0", "給付管理番号")
    page = _scanned(page, second, "返戻を登録しました", "2 通")
    Keys(page).press("直前の1通を取り消す").see(f"{second} の返戻の登録を取り消しました")
    assert ReturnedMail.objects.using("benefits").filter(undone_at=None).count() == 1
    assert first not in page.url
    Keys(page).press("返戻").see(first).see("転居先不明").see("印刷した住所・氏名のまま")
    examiner.check(page, "benefits-returns", thorough=True)
    Keys(page).press("住所を確かめて再発送する").see("住所をどう確かめたか")
    examiner.check(page, "benefits-return-resend")
    Keys(page).fill("#id_checked", "本人からの電話").press("再発送を指示する").see(
        "再発送の印刷を待っています"
    )
    assert ResendOrder.objects.using("benefits").get().checked == "本人からの電話"
    Keys(page).press("不備のお知らせの期限を見る").see("あと30日")
    examiner.check(page, "benefits-deadlines", thorough=True)


def _scanned(page: Page, text: str, *said: str) -> Page:
    """As a hand scanner types: into whatever has the focus, with Enter."""
    expect(page.locator("#key")).to_be_focused()
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
    for one in said:
        Keys(page).see(one)
    return page
