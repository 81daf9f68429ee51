"""From the scanned form to the approved case, by keyboard alone: two who key, one who examines, one who approves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import PATIENCE, WIDE, Examiner
from tests.screens import decided_office
from tests.screens.keys import Keys
from tests.screens.office import Office, Person, Sites
from tests.systems import city
from tests.systems.benefits.asking_city import PROGRAMME
from todoke.access.permissions import Role
from todoke.systems.benefits.actions.intake.open_box import open_box
from todoke.systems.benefits.actions.intake.scan_form import Into, scan_form
from todoke.systems.benefits.models import Application, Case, FormEntry, Paper
from todoke.systems.benefits.queries.editions.proposals import find

KEYS = ["1", "1", "1", "0", "2", "2", "2", "0138", "200", "1", "0000024", "とどけ　はなこ"]
"""What stands on the form, key after key: by mail, no decline, nobody's dependant, no proxy, papers enclosed, an account."""


@pytest.fixture(autouse=True)
def decided(office: Office, sites: Sites, tmp_path: Path) -> None:
    decided_office.open_office(tmp_path)


def scanned() -> tuple[Case, Paper]:
    """The form of a household that waits is in a box, with its picture."""
    clerk = city.actor(city.CLERK)
    case = Case.objects.using("benefits").filter(state="printed").earliest("serial")
    open_box(label="A-1", place="本庁3階", by=clerk)
    into = Into(programme=find(PROGRAMME), box="A-1", received_on=date(2022, 3, 1))
    scan_form(into=into, number=case.case_number, by=clerk)
    paper = Paper.objects.using("benefits").get(case=case)
    return case, paper


def typed(page: Page, *texts: str) -> None:
    """Key after key at the ten-key, each with Enter: no Tab and no mouse."""
    for text in texts:
        if text:
            page.keyboard.insert_text(text)
        page.keyboard.press("Enter")


def at(person: Person, browser: Browser, route: str) -> Page:
    """The person at a browser with script, at the first page of the work."""
    context = browser.new_context(viewport=WIDE, locale="ja-JP", timezone_id="Asia/Tokyo")
    context.set_default_timeout(PATIENCE)
    person.sit_down()
    context.add_cookies(person.page.context.cookies())
    page = context.new_page()
    page.goto(f"{person.address}{route}")
    return page


def test_two_people_key_a_form_with_the_ten_key_and_a_third_settles_their_difference(
    office: Office, chromium: Browser, examiner: Examiner
) -> None:
    case, paper = scanned()
    first = office.person(Role.CLERK, staff_id="s001")
    page = first.open("benefits-entries")
    examiner.check(page, "benefits-entries")
    Keys(page).press("1 枚の入力を始める").see("画像はありません").see("箱 A-1")
    examiner.check(page, "benefits-entry")
    Keys(page).press("登録して次の様式へ").see("口座変更：1、2 のどれかを押してください")
    examiner.check(page, "benefits-entry-refused", thorough=True)
    Keys(page).press("この様式の画像を登録する").see("登録済みの画像")
    examiner.check(page, "benefits-entry-picture-new")
    page.locator("#id_picture").set_input_files(files=[_picture()])
    Keys(page).press("登録する").see("画像を登録しました")
    assert page.locator(".sheet img").count() == 1
    quick = at(first, chromium, "/benefits/entries/next")
    expect(quick.locator("#id_route")).to_be_focused()
    typed(quick, *KEYS[:10], "0000042", KEYS[11])
    expect(quick.locator("button.main")).to_be_focused()
    quick.keyboard.press("Enter")
    Keys(quick).see("別の職員の2回目を待ちます").see("自分が入力できる様式は、いまありません")
    second = office.person(Role.CLERK, staff_id="s002")
    quick = at(second, chromium, "/benefits/entries/next")
    assert "0000042" not in quick.content(), "the first keying is not shown to the second"
    _asked_of_some(quick)
    quick.reload()
    typed(quick, *KEYS)
    quick.keyboard.press("Enter")
    Keys(quick).see("1回目の入力と違います（口座番号）")
    third = office.person(Role.CLERK, staff_id="s003")
    quick = at(third, chromium, "/benefits/entries/next")
    Keys(quick).see("食い違った項目").see("0000042").see("0000024")
    examiner.check(quick, "benefits-entry-third", thorough=True)
    assert quick.locator("#id_account_number").input_value() == ""
    expect(quick.locator("#id_account_number")).to_be_focused()
    typed(quick, "0000024", "")
    quick.keyboard.press("Enter")
    Keys(quick).see("入力がそろいました")
    form = Application.objects.using("benefits").get(case=case)
    assert (form.account_number, form.entry.number, form.received_by) == ("0000024", 3, "s003")
    assert FormEntry.objects.using("benefits").filter(paper=paper).count() == 3
    _examined(office, chromium, examiner, case)


def _asked_of_some(page: Page) -> None:
    """Enter comes to the papers of a proxy only when there is one, and at ゆうちょ to 記号 and 番号 instead of the branch."""
    for name, text, following in (
        ("proxy", "0", "identity_attached"), ("proxy", "2", "proxy_identity_attached"), ("bank_code", "0138", "branch_code"),
        ("bank_code", "９９００", "symbol"), ("symbol", "10190", "yucho_number"), ("yucho_number", "12345671", "holder_kana"),
    ):  # fmt: skip
        page.locator(f"#id_{name}").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator(f"#id_{following}")).to_be_focused()


def _examined(office: Office, chromium: Browser, examiner: Examiner, case: Case) -> None:
    """Another clerk sees the papers and concludes."""
    person = office.person(Role.CLERK, staff_id="s004")
    page = person.open("benefits-examinations")
    examiner.check(page, "benefits-examinations")
    quick = at(person, chromium, f"/benefits/examinations/{PROGRAMME}/next")
    Keys(quick).see(case.case_number).see("点検のどれにも当たりません").see("0000024").see("トドケ")
    expect(quick.locator("input[name=checks]").first).to_be_focused()
    examiner.check(quick, "benefits-examination", thorough=True)
    typed(quick, "", "", "", "1", "")
    quick.keyboard.press("Enter")
    Keys(quick).see("確かめる項目のすべてに印が必要です")
    examiner.check(quick, "benefits-examination-refused")
    for _ in range(3):
        Keys(quick).to("input[name=checks]:not(:checked)").page.keyboard.press("Space")
    Keys(quick).to("#id_outcome")
    typed(quick, "1", "")
    quick.keyboard.press("Enter")
    Keys(quick).see("「支給相当」として登録しました")
    case.refresh_from_db(using="benefits")
    assert (case.state, case.state_by) == ("passed", "s004")
    _approved(office, examiner, case)


def _approved(office: Office, examiner: Examiner, case: Case) -> None:
    """The chief looks at the sample, sends one back, and approves it when it was examined anew."""
    chief = office.person(Role.SUPERVISOR, staff_id="s005")
    page = chief.open("benefits-approvals")
    examiner.check(page, "benefits-approvals")
    Keys(page).press(find(PROGRAMME).name).see("承認できる件数").see("1件").see("100,000円").see(
        "係長（1世帯 300,000円まで）"
    )
    examiner.check(page, "benefits-approval", thorough=True)
    Keys(page).press(case.case_number).see("審査：支給相当").see("審査の後に変わったことはありません")
    examiner.check(page, "benefits-approval-case", thorough=True)
    shown = page.context.request.get(f"{chief.address}{page.locator('.sheet img').get_attribute('src')}")
    assert (shown.status, shown.headers["content-type"]) == (200, "image/png")
    Keys(page).fill("#id_reason", "9").press("差し戻す").see("説明を書いてください")
    Keys(page).fill("#id_reason", "3").fill("#id_note", "通帳の写しが薄い").press("差し戻す").see(
        "審査に差し戻しました"
    )
    clerk = office.person(Role.CLERK, staff_id="s006").open("benefits-examination", case.pk)
    Keys(clerk).see("承認者から差し戻されました").see("通帳の写しが薄い")
    for _ in range(3):
        Keys(clerk).to("input[name=checks]:not(:checked)").page.keyboard.press("Space")
    Keys(clerk).fill("#id_outcome", "1").press("登録して次の世帯へ").see("「支給相当」として登録しました")
    chief.sit_down()
    page = chief.open("benefits-approval", PROGRAMME)
    Keys(page).fill("#id_count", "2").press("承認する").see("承認できるのは 1 件、100,000 円です")
    Keys(page).fill("#id_count", "１").press("承認する").see("1 件、100,000 円を承認しました")
    case.refresh_from_db(using="benefits")
    assert (case.state, case.state_by) == ("approved", "s005")


def _picture() -> dict[str, object]:
    return {"name": "form.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(300)}
