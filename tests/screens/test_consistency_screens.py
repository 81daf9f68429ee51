"""住基ネットとの整合性 at the screen: counts, the list of differences, one person or two."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from tests.systems import city
from tests.systems.linkage import office as linkage_office
from tests.systems.linkage.test_registration import confirm
from tests.systems.world import World
from todoke.access.duties import Duty
from todoke.access.permissions import Actor, Role
from todoke.identifiers import individual_number
from todoke.sites.realms import Realm
from todoke.systems.linkage import jobs, models
from todoke.systems.linkage.actions.registrations.take_request_file import take_request_file
from todoke.systems.linkage.models import Difference, Registration
from todoke.systems.network.actions.load_attributes import load_attributes

NATION = Actor(staff_id="n001", roles=frozenset({Role.NETWORK_OPERATOR}))


def row(place: int) -> dict[str, str]:
    body = f"7{place:010d}"
    return {
        "local_number": f"N{place}",
        "individual_number": body + individual_number.check_digit(body),
        "name_kanji": f"架空　{'一二三四'[place]}郎",
        "sex": "1",
        "birth_date": f"1950-01-{place + 1:02}",
        "address": f"神奈川県川崎市川崎区宮本町{place + 1}番地",
    }


@pytest.fixture
def two(sample_city: World, office: Office, tmp_path: Path) -> tuple[Person, Person]:
    """Four non-residents compared: one equal, one moved, one under another name, one dead."""
    linkage_office.systems()
    file = city.write_rows(tmp_path / "requests.csv", [row(place) for place in range(4)])
    take_request_file(
        file=file, system="tax", duty=Duty.BENEFIT.value, purpose="審査", by=city.actor(city.CLERK)
    )
    confirm(*Registration.objects.using("linkage").values_list("pk", flat=True))
    changes = [{}, {"address": "東京都港区芝公園四丁目2番8号"}, {"name_kanji": "架空　花子"}, {"status": "3"}]
    told = [
        {
            name: text
            for name, text in (row(place) | {"status": "1"} | change).items()
            if name != "local_number"
        }
        for place, change in enumerate(changes)
    ]
    load_attributes(file=city.write_rows(tmp_path / "juki_attributes.csv", told), by=NATION)
    jobs.check_consistency(by=city.actor(city.OPERATOR), transport=sample_city.transport)
    office.hire(Realm.CITY, {"s001": [Role.CLERK], "s002": [Role.SUPERVISOR]})
    return office.seat(Realm.CITY, "s001"), office.seat(Realm.CITY, "s002")


def difference(kind: str) -> Difference:
    return Difference.objects.using("linkage").get(kind=kind)


def test_an_address_by_one_and_a_name_by_two(two: tuple[Person, Person], examiner) -> None:
    clerk, supervisor = two
    clerk.sit_down()
    keys = Keys(clerk.open("linkage-consistency")).see("未処理の差異 3 件")
    examiner.check(keys.page, "linkage-consistency")
    keys.press("未処理の差異 3 件").see("差異の一覧")
    examiner.check(keys.page, "linkage-differences")
    keys.press(str(difference("address").person_id)).see("東京都港区芝公園")
    examiner.check(keys.page, "linkage-difference")
    keys.press("住基ネットの内容に更新する").press("更新する").see("更新しました")
    person = models.Person.objects.using("linkage").get(pk=difference("address").person_id)
    assert person.address == "東京都港区芝公園四丁目2番8号"

    keys = Keys(clerk.open("linkage-difference-take-over", difference("name").pk)).see("別の人が確認して")
    examiner.check(keys.page, "linkage-difference-take-over")
    keys.press("更新の確認を依頼する").see("別の人の確認を待ちます")
    supervisor.sit_down()
    keys = Keys(supervisor.open("linkage-difference-return", difference("name").pk))
    examiner.check(keys.page, "linkage-difference-return")
    keys.press("差し戻す").see("差し戻しました")
    clerk.sit_down()
    Keys(clerk.open("linkage-difference-take-over", difference("name").pk)).press("更新の確認を依頼する").see(
        "別の人の確認を待ちます"
    )
    supervisor.sit_down()
    keys = Keys(supervisor.open("home")).press("確認する").press(str(difference("name").person_id))
    keys.press("更新を確認する").see("架空　花子")
    examiner.check(keys.page, "linkage-difference-confirm")
    keys.press("更新する").see("更新しました")
    assert difference("name").confirmed_by == "s002"
    keys = Keys(supervisor.open("linkage-differences")).press("この一覧の出力を申請する")
    keys.fill("#purpose", "整合性確認の報告").press("記入して進む").see("別の職員の承認が必要です")


def test_a_death_is_settled_with_a_reason(two: tuple[Person, Person], examiner) -> None:
    clerk, _ = two
    clerk.sit_down()
    keys = Keys(clerk.open("linkage-difference", difference("died").pk)).see("死亡")
    assert keys.page.get_by_role("link", name="住基ネットの内容に更新する").count() == 0
    keys.press("更新しない").see("更新しないで処理済にします")
    examiner.check(keys.page, "linkage-difference-keep")
    keys.fill("#id_reason", "担当課に連絡した").press("処理済にする").see("処理済にしました")
    assert difference("died").settlement == "kept"
