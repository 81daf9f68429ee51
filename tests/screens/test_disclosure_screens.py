"""開示等の請求 by keyboard, amid the sample city: from the counter to the paper that is handed over."""

from __future__ import annotations

import io
from pathlib import Path

from playwright.sync_api import Page
from pypdf import PdfReader

from tests.hiring import Right
from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from tests.systems.test_single_query import mover
from tests.systems.world import World
from todoke.access import standing
from todoke.access.permissions import Role
from todoke.assurance.disclosure.actions import decide, identify, receive_request
from todoke.assurance.disclosure.actions.receive_request import Asked
from todoke.assurance.disclosure.models import Request
from todoke.assurance.disclosure.rules.identity import Capacity, Document, Route
from todoke.assurance.disclosure.rules.kinds import Kind, Outcome
from todoke.kernel import clock
from todoke.sites.realms import Realm
from todoke.systems.linkage.models import LocalNumber

D = "directory_city"
WARD = "14118"
CLERK, MANAGER, ELSEWHERE = "d001", "d002", "d003"


def tick(at: Keys, selector: str) -> None:
    at.to(selector).page.keyboard.press("Space")


def saved(page: Page, name: str) -> str:
    """The text of the PDF behind a link or button."""
    with page.expect_download() as download:
        Keys(page).press(name)
    document = Path(download.value.path()).read_bytes()
    return "".join("".join(part.extract_text() for part in PdfReader(io.BytesIO(document)).pages).split())


def staff(office: Office) -> tuple[Person, Person]:
    at_the_ward = Right(role=Role.DISCLOSURE_CLERK, ward=WARD)
    elsewhere = Right(role=Role.DISCLOSURE_CLERK, ward="14101")
    office.hire(
        Realm.CITY, {CLERK: [at_the_ward], MANAGER: [Role.DISCLOSURE_MANAGER], ELSEWHERE: [elsewhere]}
    )
    return office.seat(Realm.CITY, CLERK), office.seat(Realm.CITY, MANAGER)


def test_a_request_from_the_counter_to_the_paper(office: Office, sample_city: World, examiner) -> None:
    clerk, manager = staff(office)
    person = mover()
    code = LocalNumber.objects.using("linkage").get(person=person, former=False).local_number
    number = taken_in(clerk, person, code, examiner)
    looked_at(clerk, number, code, examiner)
    decided(manager, number, examiner)
    handed_over(clerk, number, person, code, examiner)
    office.seat(Realm.CITY, ELSEWHERE).open("disclosure-request", number, status=403)
    correction((clerk, manager), office.sites.fingerprint(Realm.CITY), number, code, examiner)


def taken_in(clerk: Person, person, code: str, examiner) -> int:
    clerk.sit_down()
    page = clerk.open("home")
    at = Keys(page).press("開示等の請求").see("請求はありません")
    examiner.check(page, "disclosure-requests")
    at.press("請求を受け付ける").see("都筑区役所")
    examiner.check(page, "disclosure-request-new")
    at.choose("select[name=kind]", "disclosure").choose("select[name=route]", "counter")
    at.fill("input[name=received_on]", clock.wareki(clock.today())).fill(
        "input[name=name]", person.name_kanji
    )
    at.fill("input[name=birth_date]", f"{person.birth_date:%Y-%m-%d}").fill(
        "input[name=address]", "横浜市都筑区"
    )
    at.choose("select[name=capacity]", "own").fill("textarea[name=wanted]", "給付金に関する一切の記録")
    at.press("受け付ける").see("受け付けました")
    number = Request.objects.using(D).get().pk
    at.press(str(number)).see("顔写真のある書類1点")
    examiner.check(page, "disclosure-request")
    at.press("補正を求める").see("補正を求めます")
    examiner.check(page, "disclosure-request-return")
    at.fill("textarea[name=missing]", "本人確認書類").fill("input[name=on]", clock.wareki(clock.today()))
    at.press("補正を求める").see("補正を求めました")
    at.press("補正を受け取る").see("補正を受け取ります")
    examiner.check(page, "disclosure-request-complete")
    tick(at, "input[name=documents][value=photo]")
    at.fill("input[name=on]", clock.wareki(clock.today())).press("補正を受け取る").see("補正を受け取りました")
    at.press("本人を特定する").see("本人を特定します")
    examiner.check(page, "disclosure-request-identify")
    at.fill("input[name=resident_code]", "0000000000").press("特定する").see("見つかりません")
    at.fill("input[name=resident_code]", code).press("特定する").see("本人を特定しました")
    examiner.check(clerk.open("disclosure-request-withdraw", number), "disclosure-request-withdraw")
    return number


def looked_at(clerk: Person, number: int, code: str, examiner) -> None:
    page = clerk.open("disclosure-held", number)
    at = Keys(page).see("統合番号と4情報").see(code)
    examiner.check(page, "disclosure-held")
    page.screenshot(path="/tmp/held.png", full_page=True)
    at.press("統合番号連携システム「符号の取得の依頼」の判断をする").see("不開示の根拠")
    examiner.check(page, "disclosure-section")
    at.choose("select[name=ground]", "conduct").fill("textarea[name=reason]", "手順が知られる").press(
        "判断を残す"
    )
    at.see("開示しない")


def decided(manager: Person, number: int, examiner) -> None:
    manager.sit_down()
    page = manager.open("disclosure-request-extend", number)
    examiner.check(page, "disclosure-request-extend")
    at = (
        Keys(page)
        .fill("textarea[name=because]", "所管課の確認に日数を要する")
        .press("延長する")
        .see("延長しました")
    )
    assert "延長通知書" in saved(page, "延長の通知書（PDF）")
    at.press("決定する").see("請求を決定します")
    examiner.check(page, "disclosure-request-decide")
    at.to("input[name=outcome]").page.keyboard.press("ArrowDown")
    at.fill("textarea[name=reason]", "符号の取得の手順は開示しない").press("決定する").see("決定しました")
    page.screenshot(path="/tmp/request.png", full_page=True)
    text = saved(page, "決定の通知書（PDF）")
    assert "審査請求" in text
    assert "手順が知られる" in text


def handed_over(clerk: Person, number: int, person, code: str, examiner) -> None:
    clerk.sit_down()
    page = clerk.open("disclosure-hand-over", number)
    examiner.check(page, "disclosure-hand-over")
    at = (
        Keys(page)
        .fill("input[name=handed_to]", person.name_kanji)
        .press("交付する（PDF）")
        .see("本人確認の書類が足りません")
    )
    tick(at, "input[name=documents][value=photo]")
    text = saved(page, "交付する（PDF）")
    assert code in text
    assert "符号の取得の依頼" not in text
    Keys(clerk.open("disclosure-request", number)).see("実施済み")
    page = clerk.open("disclosure-requests", query="?state=executed&overdue=")
    Keys(page).see("都筑区役所")


def correction(seated: tuple[Person, Person], terminal: str, basis: int, code: str, examiner) -> None:
    """What was disclosed is to be corrected: the pages after the decision."""
    person = LocalNumber.objects.using("linkage").get(local_number=code).person
    by, manager = (standing.actor_for(one.token, terminal=terminal) for one in seated)
    asked = Asked(
        kind=Kind.CORRECTION, office=WARD, route=Route.COUNTER, received_on=clock.today(), name=person.name_kanji,
        birth_date=person.birth_date, address="横浜市都筑区", capacity=Capacity.OWN, representative="",
        documents=[Document.PHOTO], wanted="所得の誤り", based_on=basis,
    )  # fmt: skip
    number = receive_request.receive_request(asked=asked, by=by)
    identify.identify(number=number, resident_code=code, by=by)
    decide.decide(number=number, outcome=Outcome.FULL, reason="", by=manager)
    seated[0].sit_down()
    page = seated[0].open("disclosure-measure", number)
    examiner.check(page, "disclosure-measure")
    at = Keys(page).choose("select[name=kind]", "replica").fill("input[name=system]", "統合番号連携システム")
    at.fill("input[name=reference]", "999").press("記録する").see("その番号のものはありません")
    at.choose("select[name=kind]", "master").fill("input[name=reference]", "市税第12号").press(
        "記録する"
    ).see("記録しました")
    at.press("終了する").see("終了します")
    examiner.check(page, "disclosure-close")
    at.press("終了する").see("終了しました")
