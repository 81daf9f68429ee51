"""住登外者の登録 at the screen, by keyboard alone and without JavaScript, amid the sample city."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from tests.systems import city
from tests.systems.linkage import office as linkage_office
from tests.systems.world import World
from todoke.access.permissions import Role
from todoke.oplog.models import Operation
from todoke.sites.realms import Realm
from todoke.systems.linkage import models
from todoke.systems.linkage.models import LocalNumber, Registration

STRANGER = {
    "local_number": "W0001",
    "name": "架空　太郎",
    "birth_date": "昭和31年3月3日",
    "address": "神奈川県川崎市川崎区宮本町1番地",
}


@pytest.fixture
def two(sample_city: World, office: Office) -> tuple[Person, Person]:
    """A clerk who asks and a supervisor who confirms."""
    office.hire(Realm.CITY, {"s001": [Role.CLERK], "s002": [Role.SUPERVISOR]})
    linkage_office.systems()
    return office.seat(Realm.CITY, "s001"), office.seat(Realm.CITY, "s002")


def ask(clerk: Person, sex: str = "1", **values: str) -> Keys:
    keys = Keys(clerk.open("linkage-registration-new"))
    keys.choose("#id_system", "welfare").fill("#id_purpose", "福祉手当の申請")
    given = STRANGER | values
    keys.fill("#id_local_number", given["local_number"]).fill("#id_name", given["name"])
    keys.choose("#id_sex", sex).fill("#id_birth_date", given["birth_date"]).fill(
        "#id_address", given["address"]
    )
    if "individual_number" in given:
        keys.fill("#id_individual_number", given["individual_number"])
    return keys.press("依頼して候補を検索する")


def resident(place: int) -> models.Person:
    return models.Person.objects.using("linkage").order_by("pk")[place]


def values_of(person: models.Person) -> dict[str, str]:
    return {
        "name": person.name_kanji.replace("　", " "),
        "birth_date": person.birth_date.isoformat(),
        "address": person.address,
    }


def newest() -> Registration:
    return Registration.objects.using("linkage").latest("requested_at")


def test_a_stranger_is_registered_by_two_people(two: tuple[Person, Person], examiner) -> None:
    clerk, supervisor = two
    clerk.sit_down()
    keys = ask(clerk, individual_number="123456789012").see("検査数字が合いません")
    examiner.check(keys.page, "linkage-registration-new")
    keys = ask(clerk).see("候補を検索しました").see("候補はありません")
    examiner.check(keys.page, "linkage-registration-choose")
    keys.to("input[type=radio]").page.keyboard.press("Space")
    keys.press("この人で確認を依頼する").see("別の人の確認を待ちます")
    assert keys.page.get_by_role("link", name="登録を確認する").count() == 0
    examiner.check(keys.page, "linkage-registration")

    supervisor.sit_down()
    keys = Keys(supervisor.open("home")).press("確認する").see("登録依頼の一覧")
    examiner.check(keys.page, "linkage-registrations")
    keys.press("令和").press("登録を確認する").see("新しい人として登録します").see("架空　太郎")
    examiner.check(keys.page, "linkage-registration-confirm")
    keys.press("登録する").see("登録しました").see("新しい統合番号を付番")
    assert "架空" not in keys.page.inner_text("main")
    linked = LocalNumber.objects.using("linkage").get(system="welfare")
    assert (linked.local_number, newest().person_id) == ("W0001", linked.person_id)


def test_a_candidate_is_judged_by_marks_and_a_protected_one_is_masked(
    two: tuple[Person, Person], examiner
) -> None:
    clerk, _ = two
    clerk.sit_down()
    person = resident(11)
    keys = ask(clerk, person.sex, **values_of(person)).see("○").see("新しい人としては登録できません")
    text = keys.page.inner_text("main")
    assert person.name_kanji in text
    assert "選べます" in text
    examiner.check(keys.page, "linkage-registration-choose-known")
    keys.to("input[type=radio]").page.keyboard.press("Space")
    keys.press("この人で確認を依頼する").see("別の人の確認を待ちます")
    assert newest().chosen_person_id == person.pk

    protected = resident(12)
    models.Person.objects.using("linkage").filter(pk=protected.pk).update(auto_reply_prohibited=True)
    wrong = values_of(protected) | {"local_number": "W0002", "address": "神奈川県川崎市川崎区宮本町1番地"}
    keys = ask(clerk, protected.sex, **wrong).see("支援措置等のため内容を表示しません")
    table = keys.page.inner_text("table")
    assert protected.address not in table
    assert protected.name_kanji not in table
    assert "一致していません" in table
    examiner.check(keys.page, "linkage-registration-choose-protected")
    looked = Operation.objects.using("linkage").filter(
        verb="linkage:registration:read", subject="candidate shown"
    )
    assert looked.exists()
    assert set(looked.values_list("purpose", flat=True)) == {"福祉手当の申請"}


def test_a_request_is_searched_again_rejected_or_withdrawn(two: tuple[Person, Person], examiner) -> None:
    clerk, supervisor = two
    clerk.sit_down()
    ask(clerk).see("候補を検索しました")
    first = newest().pk
    keys = Keys(clerk.open("linkage-registration-search", first))
    examiner.check(keys.page, "linkage-registration-search")
    keys.press("候補を検索する").see("候補を検索しました")
    ask(clerk, local_number="W0002").see("候補を検索しました")
    keys = Keys(clerk.open("linkage-registration-withdraw", newest().pk))
    examiner.check(keys.page, "linkage-registration-withdraw")
    keys.press("取り下げる").see("取り下げました")
    supervisor.sit_down()
    keys = Keys(supervisor.open("linkage-registration-reject", first))
    examiner.check(keys.page, "linkage-registration-reject")
    keys.fill("#id_reason", "業務上の必要性を確認できない").press("却下する").see(
        "業務上の必要性を確認できない"
    )
    states = set(Registration.objects.using("linkage").values_list("state", flat=True))
    assert states == {"withdrawn", "rejected"}


def test_a_file_is_refused_whole_and_confirmed_in_one_go(
    two: tuple[Person, Person], tmp_path: Path, examiner
) -> None:
    clerk, supervisor = two
    rows = [
        {
            "local_number": f"T{place}",
            "individual_number": "",
            "name_kanji": person.name_kanji,
            "sex": person.sex,
            "birth_date": person.birth_date.isoformat(),
            "address": person.address,
        }
        for place, person in enumerate(map(resident, range(5)))
    ]
    clerk.sit_down()
    keys = upload(clerk, city.write_rows(tmp_path / "bad.csv", [*rows, rows[0] | {"sex": "3"}]))
    keys.see("誤りのある行").see("local_number")
    examiner.check(keys.page, "linkage-registration-file")
    upload(clerk, city.write_rows(tmp_path / "good.csv", rows)).see("5 件を受け付けました")
    supervisor.sit_down()
    keys = Keys(supervisor.open("linkage-registrations")).press("ファイルの依頼 5 件をまとめて確認する")
    keys.see("5 件の登録をまとめて確認します")
    examiner.check(keys.page, "linkage-registrations-confirm")
    keys.press("5 件を登録する").see("5 件を登録しました")
    assert LocalNumber.objects.using("linkage").filter(system="tax").count() == 5


def upload(clerk: Person, file: Path) -> Keys:
    keys = Keys(clerk.open("linkage-registration-file"))
    keys.choose("#id_system", "tax").fill("#id_purpose", "課税台帳の整備")
    keys.page.set_input_files("#id_file", file)
    return keys.press("検査して依頼する")
