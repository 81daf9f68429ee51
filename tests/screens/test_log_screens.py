"""The operation log on the screen: sentences, search, pages, one resident's report, the sheet; and nothing that leaks."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import expect

from tests.screens.keys import Keys
from tests.screens.office import Office
from todoke.access.permissions import Role
from todoke.oplog.models import Operation
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_refusal
from todoke.oplog.who import Who
from todoke.sites.realms import Realm

D = "directory_city"
PURPOSE = "?purpose=月次の自己点検"
CODE = "12345678909"


@pytest.fixture
def auditor(office: Office, settings_of_city) -> Keys:
    """An auditor at the log, after a clerk looked at somebody and a stranger was refused."""
    office.hire(Realm.CITY, {"c001": [Role.CLERK]})
    clerk = Who(
        staff_id="c001", organisation="14100", terminal="desk", duty="benefit", purpose="窓口での問合せ"
    )
    with transaction.atomic(using="benefits"):
        record(
            "benefits",
            by=clerk,
            verb="benefits:letter:print",
            subject="letters",
            persons=1,
            about=Person("resident_code", CODE),
        )
    record_refusal(D, by=Who(staff_id="c001", terminal="desk"), verb="access:session:begin", subject="left")
    return Keys(office.person(Role.AUDITOR).open("home"))


@pytest.fixture
def settings_of_city(databases: object, sites) -> None:
    """The realm's keys of the log are made, as its site makes them."""
    sites.address(Realm.CITY)


def test_the_purpose_is_asked_for_and_then_stands_in_the_log(auditor: Keys) -> None:
    auditor.press("操作の記録").fill("#purpose", "開示請求 第12号").press("記入して進む")
    auditor.see("臨時特別給付金の支給担当の c001 が端末 desk で").see("目的：窓口での問合せ")
    look = Operation.objects.using(D).filter(verb="oplog:entry:read").latest("id")
    assert (look.actor, look.purpose) == ("s001", "開示請求 第12号")


def test_the_search_narrows_by_staff_event_outcome_and_period(auditor: Keys) -> None:
    auditor.press("操作の記録").fill("#purpose", "点検").press("記入して進む").see("操作の記録")
    auditor.fill("#id_staff", "c001").choose("#id_outcome", "refused").press("絞り込む")
    auditor.see("サインインを実施しようとして拒否されました")
    assert auditor.page.locator("tbody tr").count() == 1
    auditor.fill("#id_since", "平成31年5月1日").press("絞り込む").see("この日は令和元年5月1日です")


def test_old_entries_are_turned_to_page_by_page(office: Office) -> None:
    with transaction.atomic(using="inquiry"):
        for number in range(120):
            record("inquiry", by=Who(staff_id="c004"), verb="inquiry:order:take", subject=f"order {number}")
    page = office.person(Role.AUDITOR).open("log", query=f"{PURPOSE}&staff=c004")
    seen = []
    for _ in range(3):
        seen += [cell.inner_text() for cell in page.locator("tbody td:nth-child(2)").all()]
        if (link := page.get_by_role("link", name="古い記録へ進む")).count():
            link.press("Enter")
            expect(page.get_by_role("link", name="新しい記録へ戻る")).to_be_visible()
    assert len(seen) == 120
    assert ["order 119" in seen[0], "order 0" in seen[-1]] == [True, True]


def test_who_looked_at_one_resident(auditor: Keys, examiner) -> None:
    auditor.press("操作の記録").fill("#purpose", "開示請求").press("記入して進む").see("操作の記録")
    auditor.press("一人の住民を見た人を調べる").see("索引とともに記録")
    auditor.fill("#id_number", "１２３４５ ６７８９０９").press("調べる").see("この住民の情報を扱った人")
    mine, clerks = (row.inner_text() for row in auditor.page.locator("table tbody tr").all())
    assert "s001" in mine  # this very look stands there, too
    assert "開示請求" in mine
    assert "c001" in clerks
    assert "窓口での問合せ" in clerks
    examiner.check(auditor.page, "log-person-found")
    assert CODE not in auditor.page.url
    logged = [str(vars(entry)) for entry in Operation.objects.using(D).filter(verb="oplog:entry:read")]
    assert logged
    assert not any(CODE in entry for entry in logged)


def test_the_sheet_and_the_unusual_accesses(auditor: Keys) -> None:
    auditor.press("操作の記録").fill("#purpose", "自己点検").press("記入して進む").see("操作の記録")
    auditor.press("自己点検票を作る").see("拒否されたサインインの件数")
    sheet = auditor.page
    assert sheet.locator("tbody tr", has_text="拒否されたサインイン").locator("td").nth(1).inner_text() == "1"
    sheet.emulate_media(media="print")
    expect(sheet.get_by_text("所管課の責任職")).to_be_visible()
    expect(sheet.get_by_role("button", name="絞り込む")).to_be_hidden()
