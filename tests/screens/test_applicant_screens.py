"""A household applies by itself, by keyboard alone: a number for its form, its month's income keyed with the calculation beside
it, judged, and examined with the same calculation."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page

from tests.browser import Examiner
from tests.screens import decided_office
from tests.screens.keys import Keys
from tests.screens.office import Office, Sites
from tests.systems import city
from tests.systems.benefits import deciding_city, test_form_entry
from tests.systems.benefits.little_city import code
from todoke.access.permissions import Role
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.entry.enter_form import enter_form
from todoke.systems.benefits.actions.intake.number_applicant import number_applicant
from todoke.systems.benefits.actions.intake.open_box import open_box
from todoke.systems.benefits.actions.intake.scan_form import Into, scan_form
from todoke.systems.benefits.models import Case, Paper, Resident
from todoke.systems.benefits.queries.editions.proposals import find

CODE = "r3-hardship"
PURPOSE = quote("窓口での申請")
KEYS = {"route": "2", "declines": "1", "supporter_taxed": "1", "proxy": "0", "identity_attached": "2", "account_changed": "2",
        "account_attached": "2", "bank_code": "0138", "branch_code": "200", "account_type": "1", "account_number": "0000021",
        "holder_kana": "トドケ ハナコ"}  # fmt: skip
INCOME = {"month": "202207", "salary": "83334", "business": "0", "property": "0", "pension": "0"}


@pytest.fixture(autouse=True)
def decided(office: Office, sites: Sites, tmp_path: Path) -> None:
    decided_office.open_office(tmp_path)
    jobs.decide(CODE, "before", by=city.actor(city.CLERK))


def keyed(page: Page, person: Resident, **changes: str) -> Keys:
    """Everything that stands on the form, field after field, without script."""
    keys = Keys(page)
    for name, text in KEYS.items():
        keys.fill(f"#id_{name}", text)
    for name, text in {**INCOME, **changes}.items():
        keys.fill(f"#id_p{person.pk}_{name}", text)
    return keys


def test_a_household_applies_is_calculated_line_by_line_and_examined(
    office: Office, examiner: Examiner
) -> None:
    person = Resident.objects.using("benefits").get(resident_code=code(deciding_city.TAXED))
    first = office.person(Role.CLERK, staff_id="s001")
    page = first.open("benefits-household", person.pk, query=f"?purpose={PURPOSE}")
    Keys(page).press("申請書に番号を付ける").see("番号を付ける世帯")
    examiner.check(page, "benefits-request", thorough=True)
    Keys(page).choose("#id_programme", CODE).press("番号を付ける").see("番号を付けました")
    case = Case.objects.using("benefits").get(programme=CODE)
    assert case.case_number in page.content()
    clerk = city.actor(city.CLERK)
    open_box(label="A-1", place="本庁3階", by=clerk)
    into = Into(programme=find(CODE), box="A-1", received_on=date(2022, 8, 1))
    scan_form(into=into, number=case.case_number, by=clerk)
    paper = Paper.objects.using("benefits").get(case=case)
    page = first.open("benefits-entry", paper.pk)
    keyed(page, person).press("計算する").see("83,334円 × 12").see("1級地・扶養0人・給与は速算式")
    Keys(page).see("1,000,008円 ＞ 1,000,000円").see("非課税相当ではありません").see("電話で聞かれたら")
    examiner.check(page, "benefits-entry-calculated", thorough=True)
    assert page.locator(f"#id_p{person.pk}_salary").input_value() == "83334", "what was keyed stays"
    Keys(page).fill(f"#id_p{person.pk}_salary", "83333").press("計算する").see("999,996円 ≦ 1,000,000円")
    if folder := os.environ.get("TODOKE_SHOTS"):  # for a look with one's own eyes
        page.screenshot(path=f"{folder}/calculated.png")
    Keys(page).press("登録して次の様式へ").see("別の職員の2回目を待ちます")
    second = office.person(Role.CLERK, staff_id="s002").open("benefits-entry", paper.pk)
    keyed(second, person, salary="83333").press("登録して次の様式へ").see("入力がそろいました")
    jobs.decide(CODE, "after", by=clerk)
    third = office.person(Role.CLERK, staff_id="s003").open("benefits-examination", case.pk)
    Keys(third).see("点検のどれにも当たりません").see("999,996円 ≦ 1,000,000円").see("非課税相当です")
    assert third.get_by_label("申立てのある全員の収入の書類").count() == 1
    examiner.check(third, "benefits-examination-calculated", thorough=True)
    if folder := os.environ.get("TODOKE_SHOTS"):
        third.screenshot(path=f"{folder}/examined.png")
    _protected(office, examiner)


def _protected(office: Office, examiner: Examiner) -> None:
    """A protected household's form waits for a 責任職, and is in no clerk's queue."""
    clerk, programme = city.actor(city.CLERK), find(decided_office.PROGRAMME)
    case = number_applicant(programme=programme, resident_code=code(deciding_city.HIDDEN), by=clerk)
    scan_form(
        into=Into(programme=programme, box="A-1", received_on=date(2022, 3, 1)),
        number=case.case_number,
        by=clerk,
    )
    paper = Paper.objects.using("benefits").get(case=case)
    for by in (test_form_entry.ONE, test_form_entry.TWO):
        enter_form(paper_id=paper.pk, keyed=test_form_entry.FORM, by=by)
    jobs.decide(decided_office.PROGRAMME, "third", by=clerk)
    chief = office.person(Role.SUPERVISOR, staff_id="s005").open("benefits-protected-examinations")
    examiner.check(chief, "benefits-protected-examinations")
    Keys(chief).press(case.case_number).see("責任職が個別に確認します").see("元の世帯に知られないこと")
    examiner.check(chief, "benefits-protected-examination", thorough=True)
    Keys(chief).fill("#id_outcome", "1").press("登録して次の世帯へ").see("支給相当にできません")
    Keys(chief).fill("#id_outcome", "2").fill("#id_seen", "11").press("登録して次の世帯へ").see(
        "「不備」として登録しました"
    )
