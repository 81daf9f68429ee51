"""From a screen to its section of the manual and through its pages, by keyboard alone."""

from __future__ import annotations

from urllib.parse import unquote

from playwright.sync_api import expect

from tests.browser import Examiner
from tests.screens.keys import Keys
from tests.screens.office import Office
from todoke.access.permissions import Role


def test_a_screen_leads_to_its_section_and_the_pages_to_each_other(
    office: Office, examiner: Examiner
) -> None:
    person = office.person(Role.ADMINISTRATOR)
    page = person.open("terminals")
    Keys(page).press("この画面の手引き").see("職員・権限・端末を管理する")
    assert unquote(page.url).endswith("/manual/tasks/staff.md#端末と鍵")
    assert page.locator("h2#端末と鍵").bounding_box()["y"] < 900
    assert page.evaluate("[...document.images].every(each => each.naturalWidth > 0)")
    examiner.check(page, "manual-page", thorough=True)
    Keys(page).press("手引き").see("自分の仕事から探す")
    examiner.check(page, "manual", thorough=True)
    Keys(page).press("会計").see("会計の一日")
    assert person.open("manual-page", "../tour.md", status=404)


def test_a_section_is_found_by_its_words_and_opened(office: Office, examiner: Examiner) -> None:
    page = office.person(Role.CALL_OPERATOR).open("manual-page", "README.md")
    Keys(page).fill("#q", "<b> nowhere").press("探す").see("「<b> nowhere」のある節は見つかりません")
    Keys(page).fill("#q", "封筒　返戻").press("探す").see("節が見つかりました").see("返戻を読み取る")
    assert "封筒" in page.locator("mark").all_inner_texts()
    examiner.check(page, "manual-search", thorough=True)
    Keys(page).press("返戻を読み取る")
    expect(page.locator("h2#返戻を読み取る")).to_be_in_viewport()
    page.go_back()
    assert page.locator("#q").input_value() == "封筒　返戻"
