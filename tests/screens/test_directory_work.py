"""The work with the staff directory, by keyboard alone and without JavaScript: from the screen to the database."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from tests import hiring
from tests.screens.keys import Keys
from tests.screens.office import Office
from todoke.access.models import Contract, Grant, Session, Staff, Terminal, Training
from todoke.access.permissions import Role
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.oplog.models import Operation
from todoke.sites.realms import Realm

D = "directory_city"
HEADER = "staff_id,name,kana,organisation,section,employer,contract,hired_on,moved_on,left_on\n"


@pytest.fixture
def people(office: Office) -> Office:
    office.hire(
        Realm.CITY,
        {
            "c001": [],
            "m001": [Role.SECTION_MANAGER],
            "m002": [Role.SECTION_MANAGER],
            "a001": [Role.ADMINISTRATOR],
        },
    )
    return office


def test_three_people_give_a_right(people: Office, examiner) -> None:
    until = wareki(clock.today() + timedelta(days=120))
    manager = people.seat(Realm.CITY, "m001")
    asker = Keys(manager.open("staff-person", "c001"))
    asker.press("権限を依頼する").choose("#id_kind", "benefit/clerk")
    asker.fill("#id_valid_until", "令和2020年4月1日").fill("#id_reason", "人事異動").press("依頼する")
    asker.see("元号を付けずに「2020年」")
    examiner.check(asker.page, "grant-request-mistakes")
    asker.fill("#id_valid_until", until).press("依頼する").see("権限を依頼しました")
    assert Grant.objects.using(D).get(staff_id="c001").state == "requested"

    setter = Keys(people.seat(Realm.CITY, "a001").open("home"))
    setter.press("設定する").press("給付金担当").press("設定する").see("設定しただけでは有効になりません")
    setter.press("設定する").see("権限を設定しました")

    manager.sit_down()
    asker = Keys(manager.open("home"))
    asker.press("確認する").press("給付金担当").see("設定済み・確認待ち")
    assert asker.page.get_by_role("link", name="確認する").count() == 0  # who asked does not confirm

    confirmer = Keys(people.seat(Realm.CITY, "m002").open("home"))
    confirmer.press("確認する").press("給付金担当").press("確認する").press("確認する").see("今から有効です")
    given = Grant.objects.using(D).get(staff_id="c001")
    assert (given.state, given.requested_by, given.set_by, given.confirmed_by) == (
        "confirmed",
        "m001",
        "a001",
        "m002",
    )
    examiner.check(confirmer.page, "grant-confirmed")


def test_a_right_is_taken_back_with_a_reason(people: Office) -> None:
    people.hire(Realm.CITY, {"c002": [Role.CLERK]})
    number = Grant.objects.using(D).get(staff_id="c002").pk
    admin = Keys(people.seat(Realm.CITY, "a001").open("grant", number))
    admin.press("取り消す").press("取り消す").see("このフィールドは必須です")
    admin.fill("#id_reason", "担当の変更").press("取り消す").see("権限を取り消しました")
    assert Grant.objects.using(D).get(pk=number).state == "revoked"


def test_what_cannot_be_is_refused_on_the_page_and_logged(people: Office) -> None:
    page = people.seat(Realm.CITY, "m001").open("grant-request", "c001")
    page.select_option("#id_kind", "benefit/clerk")
    for field, text in (("valid_from", "2026-01-01"), ("valid_until", "2030-01-01"), ("reason", "異動")):
        page.fill(f"#id_{field}", text)
    page.get_by_role("button", name="依頼する").press("Enter")
    Keys(page).see("権限を依頼しました")
    page.goto(page.url + "/grant")
    page.select_option("#id_kind", "benefit/clerk")
    for field, text in (("valid_from", "2026-01-01"), ("valid_until", "2030-01-01"), ("reason", "異動")):
        page.fill(f"#id_{field}", text)
    page.get_by_role("button", name="依頼する").press("Enter")
    Keys(page).see("ALREADY_DONE")
    assert page.input_value("#id_reason") == "異動"  # nothing has to be typed again
    assert Operation.objects.using(D).filter(subject="grant-request:ALREADY_DONE", outcome="refused").exists()


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """c001 leaves today; n001 is new."""
    today, file = clock.today().isoformat(), tmp_path / "人事 R8.csv"
    rows = [
        f"c001,試験 c001,シケン c001,14100,試験課,職員,,2020-04-01,2020-04-01,{today}",
        f"n001,見本 新人,ミホン シンジン,14100,生活支援課,職員,,{today},{today},",
    ]
    file.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_the_personnel_file_is_shown_first_and_then_applied(people: Office, feed: Path, examiner) -> None:
    hiring.session(D, "c001")
    keys = Keys(people.person(Role.PERSONNEL).open("personnel"))
    keys.to("#id_file").page.set_input_files("#id_file", feed)
    keys.press("変更の内容を確かめる").see("まだ何も変わっていません")
    examiner.check(keys.page, "personnel-check")
    assert not Staff.objects.using(D).filter(pk="n001").exists()
    keys.press("2人の変更を反映する")
    expect(keys.page.get_by_role("status")).to_contain_text("追加 1人、退職・終了 1人")
    assert Staff.objects.using(D).get(pk="n001").section == "生活支援課"
    assert Session.objects.using(D).get(staff_id="c001").end_reason == "left"


def test_a_bad_personnel_file_is_refused_with_its_rows(people: Office, feed: Path, examiner) -> None:
    feed.write_text(feed.read_text("utf-8").replace("14100,生活", "1410,生活"), encoding="utf-8")
    page = people.person(Role.PERSONNEL).open("personnel")
    page.set_input_files("#id_file", feed)
    page.get_by_role("button", name="変更の内容を確かめる").press("Enter")
    Keys(page).see("INPUT_REFUSED")
    assert page.get_by_role("region", name="誤りのある行").locator("tbody tr").count() == 1
    examiner.check(page, "personnel-refused")


def test_training_contracts_and_terminals_are_put_on_record(people: Office) -> None:
    manager = Keys(people.seat(Realm.CITY, "m001").open("training"))
    manager.press("受講を記録する").fill("#id_staff_ids", "c001、m002\na001").press("記録する")
    manager.see("研修の受講を記録しました")
    assert Training.objects.using(D).filter(held_on=clock.today()).count() == 3

    admin = Keys(people.seat(Realm.CITY, "a001").open("contracts"))
    admin.press("契約を登録する").fill("#id_number", "2026-001").fill(
        "#id_contractor", "株式会社見本サービス"
    )
    admin.fill("#id_valid_from", "R8.4.1").fill("#id_valid_until", "令和9年3月31日").fill(
        "#id_head_count", "２０"
    )
    admin.press("登録する").see("契約を登録しました")
    assert Contract.objects.using(D).get().head_count == 20

    admin.page.goto(admin.page.url.replace("contracts", "terminals"))
    admin.press("端末を登録する").fill("#id_name", "honcho-3f-02").fill("#id_place", "本庁3階")
    admin.fill("#id_fingerprint", "ab" * 32).fill("#id_valid_until", "2030/3/31").press("登録する")
    admin.see("端末を登録しました").press("取り消す（honcho-3f-02）").press("取り消す").see(
        "端末を取り消しました"
    )
    assert Terminal.objects.using(D).get(name="honcho-3f-02").withdrawn_by == "a001"


def test_a_session_is_ended_and_a_password_issued(people: Office, examiner) -> None:
    hiring.session(D, "c001")
    admin = Keys(people.seat(Realm.CITY, "a001").open("sessions"))
    admin.press("終了させる（c001）").press("終了させる").see("サインインを終了させました")
    assert Session.objects.using(D).get(staff_id="c001").ended_by == "a001"
    admin.page.goto(admin.page.url.replace("sessions", "staff/c001"))
    admin.press("パスワードを発行する").press("発行する").see("二度と表示できません")
    examiner.check(admin.page, "password-issued")
    assert len(admin.page.locator("code.secret").inner_text()) == 23
    assert Staff.objects.using(D).get(pk="c001").must_change


def test_the_matrix_can_be_taken_away(people: Office) -> None:
    page = people.seat(Realm.CITY, "a001").open("matrix")
    for form, start in (("XLSX", b"PK"), ("PDF", b"%PDF")):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"{form} で保存する").press("Enter")
        data = Path(download.value.path()).read_bytes()
        assert data.startswith(start)
        if form == "XLSX":
            book = CalamineWorkbook.from_filelike(io.BytesIO(data))
            assert book.sheet_names == ["アクセス権限と事務の対応表", "付与の状況"]
