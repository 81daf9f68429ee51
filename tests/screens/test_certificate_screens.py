"""An officer's way by keyboard alone: search → household → why → the sentence for the phone; and the certificate of a mover-in,
keyed by two clerks, which the next decision names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import Examiner
from tests.screens import decided_office
from tests.screens.keys import Keys
from tests.screens.office import Office, Sites
from tests.systems import city
from tests.systems.benefits.little_city import code
from todoke.access.permissions import Role
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import TaxCertificate

NO_RECORD = 3
PAPER = {
    "tax_year": "２０２１", "municipality": "13112", "issued_on": "令和4年3月1日", "income_levy": "０", "per_capita_levy": "0円",
}  # fmt: skip


@pytest.fixture(autouse=True)
def decided(office: Office, sites: Sites, tmp_path: Path) -> None:
    decided_office.open_office(tmp_path)


def found(page: Page) -> Keys:
    """From the menu to the household of that person; Enter opens the first hit."""
    Keys(page).press("世帯・住民の検索").fill("#id_words", code(NO_RECORD)).fill(
        "#id_purpose", "電話の問合せ"
    )
    Keys(page).press("検索する").see("人が見つかりました").press("届　花子")
    return Keys(page).see("さんの世帯")


def keyed(page: Page, **changes: str) -> Keys:
    keys = Keys(page)
    for name, text in {**PAPER, **changes}.items():
        keys.fill(f"#id_{name}", text)
    return keys.press("記録する")


def test_two_clerks_key_a_certificate_and_the_next_decision_names_it(
    office: Office, examiner: Examiner
) -> None:
    first = office.person(Role.CLERK, staff_id="s001")
    page = first.open("home")
    found(page).press("の判定の内訳").see("電話で読み上げる一文").see("税の記録がないとのことでしたので")
    Keys(page).see("課税証明書の提出を求めます")
    page = first.open("home")
    found(page).press("課税証明書を入力する").see("課税証明書を入力します")
    keyed(page, municipality="14103").see("本市が発行した証明書です")
    examiner.check(page, "benefits-certificate", thorough=True)
    shot(page, "certificate")
    keyed(page, per_capita_levy="5,300").see("課税証明書の入力を記録しました").see("二人目の入力待ち")
    page = office.person(Role.CLERK, staff_id="s002").open("home")
    found(page).press("課税証明書を入力する").see("課税証明書を入力します")
    assert "5,300" not in page.content(), "the first keying is not shown to the second"
    keyed(page).see("先の入力と違う項目があります：均等割額")
    first.sit_down()
    page = first.open("home")
    found(page).press("課税証明書を入力する").see("課税証明書を入力します")
    keyed(page).see("二人の入力が一致しました").see("課税証明書　2021年度")
    assert TaxCertificate.objects.using("benefits").latest("pk").first_keyed_by == "s002"
    shot(page, "certified")
    jobs.decide(decided_office.PROGRAMME, "third", by=city.actor(city.CLERK))
    page = first.open("home")
    found(page).see("課税証明書（二人の入力）").press("の判定の内訳").see("支給対象").see(
        "前住所の市町村の課税証明書"
    )
    Keys(page).see("この世帯は今回の給付金の対象です").see("変わりました").see("東京都世田谷区（13112）")
    examiner.check(page, "benefits-why-certified", thorough=True)
    shot(page, "why-certified")


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("TODOKE_SHOTS"):  # for a look with one's own eyes
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
