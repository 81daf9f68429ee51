"""世帯の判定 and 給付の集計, by keyboard alone: an officer explains a household, and follows a number to its list."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page
from python_calamine import CalamineWorkbook

from tests.browser import Examiner
from tests.screens import decided_office
from tests.screens.keys import Keys
from tests.screens.office import Office, Person, Sites
from tests.systems.benefits import deciding_city
from tests.systems.benefits.deciding_city import decision
from todoke.access.permissions import Role
from todoke.kernel import clock
from todoke.oplog.models import Operation
from todoke.systems.benefits import queries
from todoke.systems.benefits.models import PaymentBatch
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.cases.stages import Stage
from todoke.systems.benefits.rules.deciding.outcome import Outcome
from todoke.systems.benefits.web.cases.views import VIEWS

PURPOSE = "電話の問合せ 受付12番"
QUERY = f"?purpose={PURPOSE}"
PROGRAMME = "r3-nontaxable"


@pytest.fixture(autouse=True)
def decided(office: Office, sites: Sites, tmp_path: Path) -> None:
    decided_office.open_office(tmp_path)


@pytest.fixture
def clerk(office: Office) -> Person:
    return office.person(Role.CLERK)


def opened(page: Page, number: str) -> Keys:
    """From the menu to the page of the household with that number."""
    Keys(page).press("世帯の判定").fill("#purpose", PURPOSE).press("記入して進む").see("誰が、いつ")
    return Keys(page).fill("#id_number", number).press("開く")


def test_an_officer_explains_a_paid_household_on_the_phone(clerk: Person, examiner: Examiner) -> None:
    paid = decided_office.case(decided_office.PAID)
    page = clerk.open("home")
    Keys(page).press("世帯の判定").fill("#purpose", PURPOSE).press("記入して進む").see("誰が、いつ")
    examiner.check(page, "benefits-find")
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in paid.case_number)
    Keys(page).fill("#id_number", wide).press("開く").see("電話で読み上げる一文")
    examiner.check(page, "benefits-why", thorough=True)
    day = PaymentBatch.objects.using("benefits").get().transfer_on
    Keys(page).see(f"{clock.wareki(day)}に、ご指定の口座に振り込む手続きをしました。")
    Keys(page).see("振込の結果を待っています").see("振込を依頼しました").see("承認しました").see("判定の内訳")
    assert paid.case_number not in page.url
    look = Operation.objects.using("benefits").filter(verb="benefits:case:read", persons=1).latest("id")
    assert (look.purpose, look.actor) == (PURPOSE, "s001")


def test_why_not_and_what_is_missing(clerk: Person, examiner: Examiner) -> None:
    page = clerk.open("home")
    opened(page, f"1{deciding_city.TAXED:09d}").see("住民税がかかっている方がいらっしゃるため").see(
        "12,000円"
    )
    Keys(page).see("本市の課税情報").see("判定の理由").see("満たさない")
    opened(page, f"1{4:09d}").see("提供者確認中").see("東京都世田谷区（13112）").see("相手の市町村の責任者が")
    examiner.check(page, "benefits-why-undecided")
    assert "非課税です" not in page.inner_text("main")
    opened(page, f"1{1:09d}").see("変わりました").see("未照会").see("これまでの判定")
    Keys(page).press("first（").see("これは前の判定").see("最新の判定を見る")
    examiner.check(page, "benefits-why-earlier")
    Keys(page).press("最新の判定を見る").see("支給対象")


def test_a_wrong_number_is_refused_with_its_reason(clerk: Person, examiner: Examiner) -> None:
    page = clerk.open("home")
    opened(page, "1010000000011").see("受け付けませんでした")
    examiner.check(page, "benefits-find-refused")
    Keys(page).fill("#id_number", "9999999999").press("開く").see("見つかりません")


def test_a_protected_household_shows_neither_name_nor_place(clerk: Person, examiner: Examiner) -> None:
    row = decision(deciding_city.HIDDEN, part="-1")
    page = clerk.open("benefits-why", row.pk, query=QUERY)
    Keys(page).see("支援措置の対象の世帯です").see("支援措置により")
    examiner.check(page, "benefits-why-protected")
    text = page.inner_text("main")
    for secret in ("届　花子", "世田谷", "13112", "西区", "14103"):
        assert secret not in text
    page = clerk.open("benefits-judged", query=f"{QUERY}&ward=none")
    Keys(page).see("（表示しません）").see("1件")


def test_every_number_of_the_figures_opens_as_many_rows(clerk: Person, examiner: Examiner) -> None:
    page = clerk.open("home")
    Keys(page).press("給付の集計").see("もとになった資料の新しさ")
    examiner.check(page, "benefits-dashboard", thorough=True)
    run = queries.laid_out_run(PROGRAMME)
    assert run is not None
    eligible = sum(r.households for r in queries.judged_counts(run) if r.outcome is Outcome.ELIGIBLE)
    Keys(page).press(f"支給対象の世帯 {eligible}").fill("#purpose", "進捗の確認").press("記入して進む")
    Keys(page).see("判定した世帯の一覧").see(f"{eligible}件")
    examiner.check(page, "benefits-judged")
    for address, count in _numbers(clerk.open("benefits-dashboard")):
        found = clerk.page.context.request.get(f"{clerk.address}{address}&purpose=確認").text()
        assert f"　{count}件" in found, address
    letters = queries.case_counts(PROGRAMME).stage(Stage.LETTER)
    page = clerk.open("benefits-dashboard")
    Keys(page).press(f"確認書を送った {letters}").fill("#purpose", "進捗の確認").press("記入して進む")
    Keys(page).see("給付管理番号の一覧").see(f"{letters}件")
    examiner.check(page, "benefits-cases")
    assert page.locator("thead th").first.evaluate("one => getComputedStyle(one).position") == "sticky"
    views = page.locator("nav.views a")
    counts = queries.case_counts(PROGRAMME)
    assert [one.inner_text() for one in views.all()] == [
        f"{title} {counts.of([CaseState(state)] if state else list(CaseState)):,}件"
        for state, title in VIEWS.items()
    ]
    Keys(page).press("不備 1件").see("1件")
    assert page.locator("nav.views a[aria-current]").inner_text() == "不備 1件"
    page.go_back()
    Keys(page).choose("#id_state", "deficient").press("絞り込む").see("1件")
    assert "state=deficient" in page.url
    page.reload()
    Keys(page).see("1件").press(decided_office.case(decided_office.DEFICIENT).case_number)
    Keys(page).see("不備の内容をお知らせし").see("金融機関コードが一覧にありません。")
    examiner.check(page, "benefits-case")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    number = decided_office.case(decided_office.DEFICIENT).case_number
    bar = page.locator(".subject")
    assert number in bar.inner_text()
    assert 0 <= (bar.bounding_box() or {"y": -1})["y"] < 5  # whom it is about stays in view
    page.go_back()
    Keys(page).see("給付管理番号の一覧").see("1件")


def _numbers(page: Page) -> list[tuple[str, str]]:
    """(address, number) of every linked number of the page."""
    links = page.locator("td.number a").all()
    found = [(str(link.get_attribute("href")), link.inner_text().split()[-1]) for link in links]
    assert len(found) > 30
    return found


def test_wards_places_and_forecast(clerk: Person, examiner: Examiner) -> None:
    page = clerk.open("benefits-dashboard")
    Keys(page).press("区ごと").see("横浜市西区").see("区を表示しない世帯")
    examiner.check(page, "benefits-wards", thorough=True)
    with page.expect_download() as saved:
        Keys(page).press("Excel で保存").fill("#purpose", "庁議の資料").press("記入して進む")
    book = CalamineWorkbook.from_path(saved.value.path())
    rows = book.get_sheet_by_name("データ").to_python()
    assert rows[0][:3] == ["区", "区コード", "判定した世帯"]
    assert next(row for row in rows if row[1] == "14103")[2] > 0
    assert len(rows) == 1 + 18 + 1
    page = clerk.open("benefits-dashboard")
    Keys(page).press("照会先ごと").see("東京都世田谷区（13112）").see("提供者確認中")
    examiner.check(page, "benefits-places", thorough=True)
    for address, count in [
        (str(link.get_attribute("href")), link.inner_text().split()[-1])
        for link in page.locator("td.number a").all()
    ]:
        found = page.context.request.get(f"{clerk.address}{address}&purpose=確認").text()
        assert f"　{count}件" in found, address
    Keys(page).press("支払の見込み").see("支払う見込みの額").see("返送された割合")
    examiner.check(page, "benefits-forecast", thorough=True)
    page = clerk.open("benefits-missing", query=f"{QUERY}&asked=13112")
    Keys(page).see("課税の状態が分からない人の一覧").choose("#id_status", "提供者確認中").press(
        "絞り込む"
    ).see("1件")
    examiner.check(page, "benefits-missing")


def test_who_may_not_read_cases_sees_counts_only(office: Office, examiner: Examiner) -> None:
    treasurer = office.person(Role.TREASURER)
    treasurer.open("benefits-dashboard")
    page = treasurer.open("benefits-cases", query=QUERY, status=403)
    assert "PERMISSION_DENIED" in page.inner_text("main")
    assert "世帯の判定" not in page.inner_text(".menu")
