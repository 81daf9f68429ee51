"""Taking data away at the screen: preview, request, a second person, an encrypted file that only the right word opens."""

from __future__ import annotations

from collections.abc import Callable

import pyrage
import pytest
from django.urls import reverse

from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems.world import World
from todoke.access.lists import Offer
from todoke.access.permissions import Role
from todoke.custody.models import Export
from todoke.oplog.models import Operation
from todoke.sites.realms import Realm

WORD = "見本の合言葉は十六文字より長くする"
OFFER = Offer(alias="linkage", model="linkage.Person", fields=["integrated_number", "name_kanji", "sex"])


@pytest.fixture
def asked(sample_city: World, office: Office) -> Callable[[], Export]:
    """An auditor asks for all persons of linkage; the newest request."""
    office.hire(Realm.CITY, {"s001": [Role.AUDITOR], "s002": [Role.SECTION_MANAGER]})
    return lambda: Export.objects.using("linkage").latest("pk")


def test_specific_information_leaves_encrypted_and_by_two_people(
    asked: Callable[[], Export], office: Office, examiner
) -> None:
    auditor = office.seat(Realm.CITY, "s001")
    auditor.page.goto(f"{auditor.address}{OFFER.url}")
    Keys(auditor.page).fill("#purpose", "年次の監査 第3号").press("記入して進む").see(
        "別の職員の承認が必要です"
    )
    assert "特定個人情報" in auditor.page.inner_text("table")
    examiner.check(auditor.page, "export-new")
    Keys(auditor.page).press("申請する").see("出力を申請しました").see("年次の監査 第3号")
    examiner.check(auditor.page, "exports")

    manager = office.seat(Realm.CITY, "s002")
    Keys(manager.open("exports")).press("linkage-").press("承認する").see("出力を承認します")
    examiner.check(manager.page, "export-approve")
    Keys(manager.page).press("承認する").see("出力を承認しました")

    auditor.sit_down()
    keys = (
        Keys(auditor.open("export", "linkage", asked().pk))
        .press("暗号化したファイルを作る")
        .see("合言葉（もう一度）")
    )
    examiner.check(auditor.page, "export-make")
    keys.fill("#id_word", WORD).fill("#id_again", "違う合言葉をもう一度書いてしまう").press("作る").see(
        "二つの合言葉が違います"
    )
    keys.fill("#id_word", WORD).fill("#id_again", WORD).press("作る").see("ファイルを作りました")
    examiner.check(auditor.page, "export")
    with auditor.page.expect_download() as waiting:
        keys.press("ファイルを保存する")
    data = pyrage.passphrase.decrypt(waiting.value.path().read_bytes(), WORD).decode()
    assert data.splitlines()[0] == "integrated_number,name_kanji,sex"
    assert len(data.splitlines()) - 1 == asked().rows > 500
    fetched = Operation.objects.using("linkage").get(verb="privacy:export:fetch")
    assert (fetched.actor, fetched.persons) == ("s001", asked().rows)


def test_who_asked_cannot_agree_and_nobody_else_gets_the_file(
    asked: Callable[[], Export], office: Office, examiner
) -> None:
    auditor = office.seat(Realm.CITY, "s001")
    Keys(auditor.open("export-new", query=f"{OFFER.url[OFFER.url.index('?') :]}&purpose=監査")).press(
        "申請する"
    ).see("出力を申請しました")
    number = asked().pk
    page = auditor.open("export", "linkage", number)
    assert page.locator(".actions a").count() == 0
    auditor.open("export-approve", "linkage", number, status=403)
    manager = office.seat(Realm.CITY, "s002")
    examiner.check(manager.open("export-refuse", "linkage", number), "export-refuse")
    Keys(manager.page).press("不承認とする").see("出力を不承認としました")
    assert asked().state == "refused"
    manager.open("export-file", "linkage", number, status=404)


def test_a_supervisor_takes_away_only_from_the_systems_of_the_duty(
    asked: Callable[[], Export], office: Office
) -> None:
    office.hire(Realm.CITY, {"s003": [Role.SUPERVISOR]})
    supervisor = office.seat(Realm.CITY, "s003")
    other = Offer(alias="residents", model="residents.Resident", fields=["resident_code"])
    supervisor.open("export-new", query=f"{other.url[other.url.index('?') :]}&purpose=監査", status=403)
    own = Offer(alias="benefits", model="benefits.Case", fields=["case_number"])
    supervisor.open("export-new", query=f"{own.url[own.url.index('?') :]}&purpose=月次の報告")
    assert reverse("export-new") == "/exports/new"
