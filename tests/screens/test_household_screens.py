"""世帯・住民の検索 and the household page, by keyboard alone, on the invented city."""

from __future__ import annotations

import os
from datetime import date

import pytest
from playwright.sync_api import Page

from tests.browser import Examiner
from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems import city
from tests.systems.world import World
from todoke.access.permissions import Role
from todoke.kernel.clock import wareki
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import RegisterEntry, Resident
from todoke.systems.residents import jobs as register_jobs
from todoke.systems.residents.models import Lineage

PURPOSE = "窓口での相談"


@pytest.fixture(autouse=True)
def registers(sample_city: World) -> None:
    jobs.take_registers(by=city.actor(city.CLERK))


def rows() -> list[dict[str, str]]:
    return [
        row for row in city.rows("residents_latest.csv") if row["protected"] == "0" and not row["left_on"]
    ]


def search(page: Page, words: str) -> Keys:
    Keys(page).press("世帯・住民の検索").see("検索した言葉と")
    return Keys(page).fill("#id_words", words).fill("#id_purpose", PURPOSE).press("検索する")


def test_a_resident_is_found_and_enter_opens_the_household(office: Office, examiner: Examiner) -> None:
    row = rows()[3]
    page = office.person(Role.CLERK).open("home")
    Keys(page).press("世帯・住民の検索").see("検索した言葉と")
    examiner.check(page, "benefits-search-box")
    born = wareki(date.fromisoformat(row["birth_date"]))
    Keys(page).fill("#id_words", f"{row['name_kana']} {born}").fill("#id_purpose", PURPOSE).press("検索する")
    Keys(page).see("人が見つかりました").see(row["name_kanji"])
    examiner.check(page, "benefits-found")
    assert row["resident_code"] not in page.url
    page.reload()
    assert page.locator("a:focus").inner_text() == row["name_kanji"]
    page.keyboard.press("Enter")
    Keys(page).see("さんの世帯").see("基準日と最新").see(row["address"])
    examiner.check(page, "benefits-household")
    assert row["resident_code"] not in page.url
    # the searcher finds the search again
    page = office.context.pages[-1]
    Keys(page).press("世帯・住民の検索").see("最近の検索").see(born)


def test_words_that_mean_nothing_are_refused_at_the_box(office: Office, examiner: Examiner) -> None:
    page = office.person(Role.CLERK).open("home")
    search(page, "　").see("番号、氏名、生年月日などを入力してください")
    examiner.check(page, "benefits-search")


def test_a_name_only_search_says_that_it_is_marked(office: Office, examiner: Examiner) -> None:
    page = office.person(Role.CLERK).open("home")
    search(page, rows()[7]["name_kanji"]).see("氏名だけの検索です")
    examiner.check(page, "benefits-found-name-only")


def test_a_moved_household_shows_its_differences_in_words(office: Office, examiner: Examiner) -> None:
    before = {row["resident_code"]: row for row in city.rows("residents_base.csv")}
    moved = next(
        row for row in rows()
        if row["resident_code"] in before and row["address"] != before[row["resident_code"]]["address"]
    )  # fmt: skip
    page = office.person(Role.CLERK).open("home")
    search(page, moved["resident_code"]).see(moved["name_kanji"])
    page.keyboard.press("Enter")
    Keys(page).see("転居").see("変更あり").see(before[moved["resident_code"]]["address"]).see(
        moved["address"]
    )
    examiner.check(page, "benefits-household-moved")


def test_lineage_tax_assistance_and_contacts_stand_on_the_page(office: Office, examiner: Examiner) -> None:
    clerk = city.actor(city.CLERK)
    for file in sorted((city.files() / "changes").iterdir()):
        register_jobs.import_changes(file=file, as_of=date.fromisoformat(file.stem), by=clerk)
    jobs.take_registers(by=clerk)
    jobs.load(city.files() / "tax.csv", city.files() / "assistance.csv", by=clerk)
    jobs.decide("r3-nontaxable", "first", by=clerk)
    split = Lineage.objects.using("residents").filter(reason="split", snapshot_id__contains="2022-02-0")[0]
    head = RegisterEntry.objects.using("benefits").get(
        side="latest", household_code=split.successor_code, is_head=True
    )
    person = Resident.objects.using("benefits").get(resident_code=head.resident_code)
    page = office.person(Role.CLERK).open("benefits-household", person.pk, query=f"?purpose={PURPOSE}")
    keys = Keys(page).see("新しい世帯").see(split.household_code).see("課税と付帯状況").see("の判定）")
    examiner.check(page, "benefits-household-split")
    keys.press("連絡先を記録する").see("連絡先を記録します")
    examiner.check(page, "benefits-contact")
    Keys(page).fill("#id_number", "12345").fill("#id_source", "窓口").press("記録する").see("電話番号の形式")
    Keys(page).fill("#id_number", "０４５－６７１－２１２１").fill("#id_source", "窓口").press("記録する")
    Keys(page).see("電話番号で検索できます").see("0456712121")
    search(page, "045-671-2121").see(head.name_kanji)
    if folder := os.environ.get("TODOKE_SHOTS"):  # for a look with one's own eyes
        page.screenshot(path=f"{folder}/found.png", full_page=True)
        page.keyboard.press("Enter")
        page.wait_for_url("**/households/**")
        page.screenshot(path=f"{folder}/household.png", full_page=True)


def test_where_a_protected_person_lives_is_for_those_who_may(office: Office, examiner: Examiner) -> None:
    entry = RegisterEntry.objects.using("benefits").filter(side="latest", protected=True, left_on=None)[0]
    person = Resident.objects.using("benefits").get(resident_code=entry.resident_code).pk
    page = office.person(Role.CLERK).open("benefits-household", person, query=f"?purpose={PURPOSE}")
    Keys(page).see("支援措置の対象者がいます").see("理由を見る権限がありません")
    assert entry.address not in page.content()
    examiner.check(page, "benefits-household-protected")
    supervisor = office.person(Role.SUPERVISOR, staff_id="s002")
    page = supervisor.open("benefits-household", person, query=f"?purpose={PURPOSE}")
    Keys(page).see("本人以外に知らせてはいけません").see(entry.address)


def test_the_page_of_a_household_needs_a_purpose(office: Office) -> None:
    person = Resident.objects.using("benefits").first()
    page = office.person(Role.CLERK).open("benefits-household", person.pk, status=422)
    Keys(page).see("利用目的を記録します")
