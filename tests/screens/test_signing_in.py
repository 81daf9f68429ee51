"""Signing in, out, and once more before an approval: by keyboard alone, without JavaScript, with a real face and passkey."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import hiring
from tests.access_factors import pictures
from tests.browser import WIDE
from tests.screens.keys import Keys
from tests.screens.office import TERMINAL, Office
from todoke.access import sessions
from todoke.access.factors import templates
from todoke.access.factors.faces import OfflineVerifier
from todoke.access.models import Passkey, Session, Staff, TemplateStage
from todoke.access.permissions import Actor, Held, Role
from todoke.oplog.models import Operation
from todoke.sites.realms import Realm

D = "directory_city"
ADMINISTRATOR = Actor(
    staff_id=hiring.SETTER, terminal="test-1", held=(Held(role=Role.ADMINISTRATOR, duty="administration"),)
)
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def face(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture of the person's face, as a file at the terminal."""
    file = tmp_path_factory.mktemp("faces") / "face.jpg"
    file.write_bytes(pictures.jpeg(pictures.astronaut()))
    return file


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("faces") / "stranger.jpg"
    file.write_bytes(pictures.jpeg(pictures.small_faces()[0]))
    return file


@pytest.fixture(scope="module")
def template(face: Path) -> bytes:
    return bytes(OfflineVerifier().template(bytearray(face.read_bytes())))


@pytest.fixture
def clerk(office: Office, template: bytes) -> str:
    """c001, whose face is linked and confirmed."""
    office.hire(Realm.CITY, {"c001": [Role.CLERK, Role.SECTION_MANAGER]})
    link(template)
    return office.sites.address(Realm.CITY)


def link(template: bytes) -> None:
    """Link c001's face, as an administrator does."""
    verifier = OfflineVerifier()
    templates.make_key()
    templates.keep(
        D, "c001", TemplateStage.LINKED, bytearray(template), model=verifier.model, by=hiring.SETTER
    )
    templates.confirm(D, "c001", bytearray(template))


def identify(page: Page, address: str, staff_id: str = "c001") -> None:
    """First page: the ID, and Enter."""
    page.goto(address)
    expect(page.locator("#id_staff_id")).to_be_focused()
    page.keyboard.type(staff_id)
    page.keyboard.press("Enter")
    expect(page.locator("#id_password")).to_be_focused()


def test_with_a_face_by_keyboard_alone(clerk: str, page: Page, face: Path, examiner) -> None:
    page.goto(clerk)
    examiner.check(page, "sign-in")
    identify(page, clerk)
    examiner.check(page, "sign-in-proof")
    page.keyboard.type(hiring.PASSWORD)
    keys = Keys(page).to("#id_face")
    page.set_input_files("#id_face", face)  # the dialogue that Enter opens here is the browser's own
    keys.press("サインインする").see("今日の仕事")
    assert "試験 c001（c001）" in page.inner_text(".identity")
    page.get_by_role("button", name="サインアウトする").press("Enter")
    expect(page).to_have_url(f"{clerk}/sign-in")
    assert Session.objects.using(D).get().end_reason == "signed_out"


@pytest.mark.parametrize("wrong", ["password", "face", "id"])
def test_whatever_is_wrong_the_page_says_the_same(
    clerk: str, page: Page, face: Path, stranger: Path, wrong: str
) -> None:
    identify(page, clerk, "c999" if wrong == "id" else "c001")
    page.keyboard.type("not the password" if wrong == "password" else hiring.PASSWORD)
    page.set_input_files("#id_face", stranger if wrong == "face" else face)
    page.get_by_role("button", name="サインインする").press("Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("SIGN_IN_REFUSED")
    expect(alert).to_contain_text("30秒以上おいてやり直し")
    assert page.title().startswith("誤り：")
    assert not Session.objects.using(D).exists()


def test_nothing_presented_is_said_before_anything_is_tried(clerk: str, page: Page, examiner) -> None:
    identify(page, clerk)
    page.get_by_role("button", name="サインインする").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("顔の画像がありません")
    examiner.check(page, "sign-in-mistakes")
    assert not Operation.objects.using(D).filter(verb=sessions.BEGIN).exists()


def test_a_second_sign_in_is_refused_until_a_supervisor_allows_it(
    office: Office, clerk: str, page: Page, face: Path, examiner
) -> None:
    hiring.session(D, "c001", terminal=hiring.TERMINAL)
    boss = office.person(Role.SECTION_MANAGER, staff_id="m001")

    def try_it() -> None:
        boss.page.context.clear_cookies()
        identify(page, clerk)
        page.keyboard.type(hiring.PASSWORD)
        page.set_input_files("#id_face", face)
        page.get_by_role("button", name="サインインする").press("Enter")

    try_it()
    expect(page.get_by_role("alert")).to_contain_text("SESSION_LIVE")
    examiner.check(page, "sign-in-refused")
    boss.sit_down()
    boss.open("sessions").get_by_role("link", name="引継ぎを許可する（c001）").press("Enter")
    boss.page.get_by_role("button", name="許可する").press("Enter")
    expect(boss.page.get_by_role("status")).to_contain_text("5分以内")
    try_it()
    expect(page.get_by_role("heading", name="ホーム")).to_be_visible()


def test_a_session_that_ran_out_leads_back_to_where_one_was(
    office: Office, clerk: str, page: Page, face: Path
) -> None:
    person = office.seat(Realm.CITY, "c001", idle=timedelta(minutes=16))
    page.goto(f"{clerk}/grants?state=set")
    expect(page.get_by_role("heading", name="サインイン")).to_be_visible()
    assert "15分間操作がなかったため終了" in page.inner_text("main")
    page.keyboard.type(person.staff_id)
    page.keyboard.press("Enter")
    expect(page.locator("#id_password")).to_be_focused()
    page.keyboard.type(hiring.PASSWORD)
    page.set_input_files("#id_face", face)
    page.get_by_role("button", name="サインインする").press("Enter")
    expect(page).to_have_url(f"{clerk}/grants?state=set")


def test_no_address_outside_the_site_is_led_to(office: Office, clerk: str, page: Page, face: Path) -> None:
    for wish in ("https://example.org/", "//example.org/", "javascript:alert(1)"):
        page.goto(f"{clerk}/sign-in?next={wish}")
        assert page.locator("input[name=next]").get_attribute("value") == ""


def test_before_an_approval_the_person_is_verified_again_and_led_back(
    office: Office, clerk: str, page: Page, face: Path
) -> None:
    office.seat(Realm.CITY, "c001", idle=timedelta(minutes=6))
    page.goto(f"{clerk}/grants/1/confirm")
    expect(page.get_by_role("heading", name="もう一度の本人確認")).to_be_visible()
    page.set_input_files("#id_face", face)
    page.get_by_role("button", name="本人確認をする").press("Enter")
    expect(page).to_have_url(f"{clerk}/grants/1/confirm")


def test_an_issued_password_is_replaced_first(clerk: str, page: Page, face: Path, examiner) -> None:
    Staff.objects.using(D).filter(pk="c001").update(must_change=True)
    identify(page, clerk)
    page.keyboard.type(hiring.PASSWORD)
    page.set_input_files("#id_face", face)
    page.get_by_role("button", name="サインインする").press("Enter")
    expect(page.get_by_role("heading", name="パスワードを変更します")).to_be_visible()
    page.goto(f"{clerk}/staff")  # nothing else is open until then
    expect(page).to_have_url(f"{clerk}/password?next=%2Fstaff")
    page.locator("#id_old").focus()
    for typed in (hiring.PASSWORD, "a longer and better one", "a longer and better one"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("パスワードを変更しました")
    expect(page).to_have_url(f"{clerk}/staff")


def test_a_weak_password_is_refused_with_the_reason(office: Office) -> None:
    page = office.person(Role.CLERK).open("password")
    page.fill("#id_old", hiring.PASSWORD)
    page.fill("#id_new", "password1234")
    page.fill("#id_again", "password1234")
    page.get_by_role("button", name="変更する").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("PASSWORD_WEAK")


def test_a_passkey_is_registered_by_invitation_and_then_signs_in(
    office: Office, chromium: Browser, examiner
) -> None:
    office.hire(Realm.CITY, {"c001": [Role.CLERK], "a001": [Role.ADMINISTRATOR]})
    address = office.sites.address(Realm.CITY)
    admin = office.seat(Realm.CITY, "a001")
    admin.open("staff-passkey", "c001").get_by_label("登録に使う端末").select_option(TERMINAL)
    admin.page.get_by_role("button", name="許可する").press("Enter")
    expect(admin.page.get_by_role("status")).to_contain_text("15分以内")

    with chromium.new_context(viewport=WIDE, locale="ja-JP") as profile:
        page = profile.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        tool = profile.new_cdp_session(page)
        tool.send("WebAuthn.enable")
        tool.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        page.goto(f"{address}/passkey/new")
        examiner.check(page, "passkey-id")
        page.keyboard.type("c001")
        page.keyboard.press("Enter")
        register = page.get_by_role("button", name="パスキーを登録する")
        expect(register).to_be_visible()
        examiner.check(page, "passkey-new")
        register.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("パスキーを登録しました")
        assert Passkey.objects.using(D).get().staff_id == "c001"

        identify(page, address)
        page.keyboard.type(hiring.PASSWORD)
        page.get_by_role("button", name="パスキーで確認する").press("Enter")
        expect(page.get_by_role("heading", name="ホーム")).to_be_visible()
        assert complaints == []


def test_without_an_invitation_nobody_registers_a_passkey(office: Office, page: Page) -> None:
    office.hire(Realm.CITY, {"c001": [Role.CLERK]})
    page.goto(f"{office.sites.address(Realm.CITY)}/passkey/new")
    page.keyboard.type("c001")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("CHALLENGE_SPENT")


def test_somebody_with_two_duties_says_in_which_one_they_act(office: Office) -> None:
    person = office.person(Role.CLERK, Role.AUDITOR)
    page = person.open("home")
    assert "すべて" in page.inner_text(".identity")
    page.get_by_role("link", name="切り替える").press("Enter")
    page.get_by_label("事務").select_option("benefit")
    page.get_by_role("button", name="切り替える").press("Enter")
    expect(page.locator(".identity")).to_contain_text("臨時特別給付金の支給")
    assert page.get_by_role("link", name="操作の記録").count() == 0  # rights of the other duty rest meanwhile
    person.open("staff", status=403)
