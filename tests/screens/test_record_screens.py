"""情報提供等記録, 統計, 副本, 計画停止 and 保存期間 at the platform, by keyboard alone, on the records of three towns."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings
from pypdf import PdfReader

from tests.hiring import Right
from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from tests.systems import three_towns
from tests.systems.three_towns import EAST, HOME, Towns, alias, inquiry, own_number
from todoke.access.permissions import Role
from todoke.custody.models import Purge
from todoke.kernel import clock
from todoke.oplog import keys
from todoke.oplog.models import Operation
from todoke.sites.realms import Realm
from todoke.systems.intermediary import queries
from todoke.systems.intermediary.models import ExchangeRecord, Nondisclosure, ServicePause

OFFICER = Right(role=Role.PROVIDER_OFFICER, municipality=HOME)
NUMBER = own_number(HOME, 1)


@pytest.fixture
def towns(office: Office, tmp_path: Path) -> Iterator[Towns]:
    """HOME asked EAST about persons 1 and 2; the served platform sees the same databases."""
    folder = tmp_path / "national" / "keys"
    with override_settings(TODOKE_INSTANCE_NAME="towns", TODOKE_KEYS_FOLDER=folder):
        made = three_towns.build(tmp_path, "towns")
        keys.make(tmp_path, "national")
        made.open_for_business(2)
        made.register(EAST, [1, 2])
        made.inquire([inquiry("r1", 1, EAST), inquiry("r2", 2, EAST)])
        made.deliver()
        yield made


def two(office: Office, *rights: Right | Role) -> tuple[Person, Person]:
    office.hire(Realm.PLATFORM, {"p001": rights, "p002": rights})
    return office.seat(Realm.PLATFORM, "p001"), office.seat(Realm.PLATFORM, "p002")


def text_of(document: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(document)).pages]
    return "".join("".join(pages).split())


def disclosed(person: Person, examiner) -> str:
    """The text of the paper that the person prints for NUMBER."""
    page = person.open("intermediary-disclosure", HOME)
    examiner.check(page, "intermediary-disclosure")
    at = Keys(page).fill("input[name=purpose]", "開示請求 R4-12").fill("input[name=number]", "R4-12")
    at.fill("input[name=requested_on]", "R4.4.1").fill("textarea[name=persons]", NUMBER)
    at.fill("input[name=name]", "見本 花子").fill("input[name=office]", "市民情報課")
    with page.expect_download() as download:
        at.press("印刷する")
    return text_of(Path(download.value.path()).read_bytes())


def test_a_record_is_found_withheld_by_two_and_left_out_of_the_paper(
    towns: Towns, office: Office, examiner
) -> None:
    first, second = two(office, OFFICER)
    first.sit_down()
    assert "記録の件数1件" in disclosed(first, examiner)

    page = first.open("home")
    at = Keys(page).press("情報提供等記録").see("番号法第23条")
    at.press("検索する").see("必須")
    examiner.check(page, "intermediary-records-wrong")
    at.fill("input[name=purpose]", "開示請求 R4-12").fill("input[name=person]", NUMBER).press("検索する")
    at.see("見つかった記録").see(NUMBER)
    examiner.check(page, "intermediary-records")
    assert NUMBER not in page.url
    record = ExchangeRecord.objects.using(alias(HOME)).order_by("pk").get(permit_id__in=_permits(towns))
    at.press(str(record.pk)).see("当団体の不開示コード").see("地方税関係情報")
    examiner.check(page, "intermediary-record")
    at.press("不開示の判断を提案する").see("別の職員が確認するまで")
    examiner.check(page, "intermediary-nondisclosure-new")
    at.to("input[name=code]").page.keyboard.press("Space")
    at.fill("textarea[name=reason]", "弁護士から申出").press("提案する").see("提案しました")

    second.sit_down()
    page = second.open("home")
    at = Keys(page).see("確認を待つ不開示の判断").press("不開示の確認").see("確認を待つ判断")
    examiner.check(page, "intermediary-nondisclosures")
    at.press(str(record.pk)).see("弁護士から申出")
    examiner.check(page, "intermediary-nondisclosure")
    at.to("input[name=decision]").page.keyboard.press("Space")
    at.press("決定する").see("決定しました")
    judged = Nondisclosure.objects.using(alias(HOME)).get()
    assert (judged.state, judged.proposed_by, judged.confirmed_by) == ("confirmed", "p001", "p002")
    text = disclosed(second, examiner)
    assert "お知らせする記録はありません" in text
    assert "不開示" not in text
    logged = Operation.objects.using(alias(HOME)).filter(object_index__isnull=False, actor="p001")
    assert set(logged.values_list("verb", flat=True)) >= {
        "intermediary:record:disclose",
        "intermediary:record:mark",
        "intermediary:record:read",
    }


def _permits(towns: Towns) -> list[str]:
    query = "SELECT permit_id FROM intermediary_inquiry WHERE integrated_number = %s"
    return [permit for (permit,) in towns.rows(alias(HOME), query, [NUMBER])]


def test_figures_and_copies_of_the_own_town_only(towns: Towns, office: Office, examiner) -> None:
    office.hire(
        Realm.PLATFORM, {"p001": [Right(role=Role.PROVIDER_OFFICER, municipality=EAST)], "p002": [OFFICER]}
    )
    person = office.seat(Realm.PLATFORM, "p001")
    page = person.open("home")
    at = Keys(page).press("統計").see("10未満").see("10件未満の組合せの合計")
    examiner.check(page, "intermediary-figures")
    at.press("副本の登録状況").see("2021年度").see("登録・訂正・削除の件数")
    examiner.check(page, "intermediary-replicas")
    for route in ("intermediary-figures", "intermediary-replicas", "intermediary-records"):
        person.open(route, HOME, status=403)
        person.open(route, "99999", status=403)
    person.open("intermediary-pause", EAST, status=403)


def test_the_operator_plans_a_pause_that_the_city_is_told_and_ends_it(office: Office, examiner) -> None:
    office.hire(Realm.PLATFORM, {"p001": [Role.PLATFORM_OPERATOR], "p002": []})
    person = office.seat(Realm.PLATFORM, "p001")
    page = person.open("home")
    at = Keys(page).press("計画停止").see("担当する団体")
    examiner.check(page, "intermediary-pause-towns")
    at.press("14100").see("受け付けている")
    day = clock.wareki(clock.today() + timedelta(days=1))
    at.fill("input[name=first_day]", day).fill("input[name=first_time]", "22:00")
    at.fill("input[name=last_day]", day).fill("input[name=last_time]", "23:30")
    at.fill("input[name=reason]", "機器の更新").press("登録する").see("登録しました").see("機器の更新")
    examiner.check(page, "intermediary-pause")
    (told,) = queries.service_status(alias(HOME)).pauses
    assert (told.reason, told.ends_at - told.begins_at) == ("機器の更新", timedelta(minutes=90))
    at.press("計画停止を終える").see("取り消します")
    examiner.check(page, "intermediary-resume")
    at.press("終えて受付を再開する").see("計画停止を終えました")
    assert queries.service_status(alias(HOME)).pauses == []
    for route in ("intermediary-figure-towns", "intermediary-figures"):
        examiner.check(person.open(route, *([HOME] if route.endswith("figures") else [])), route)
    person.open("intermediary-record-towns", status=403)


def test_what_is_over_is_shown_asked_for_confirmed_by_another_and_proved(office: Office, examiner) -> None:
    long_ago = clock.now() - timedelta(days=800)
    ServicePause.objects.using(alias(HOME)).create(
        begins_at=long_ago, ends_at=long_ago, reason="古い停止", planned_by="p001", planned_at=long_ago
    )
    office.hire(Realm.PLATFORM, {"a001": [Role.ADMINISTRATOR], "u001": [Role.AUDITOR]})
    administrator, auditor = office.seat(Realm.PLATFORM, "a001"), office.seat(Realm.PLATFORM, "u001")
    administrator.sit_down()
    page = administrator.open("home")
    at = Keys(page).press("保存期間と消去").see("データベース")
    examiner.check(page, "keepings")
    at.press("自治体中間サーバー 14100").see("1 行あります")
    examiner.check(page, "keeping")
    at.press("消去を申請する").see("intermediary.ServicePause")
    examiner.check(page, "keeping-request")
    at.press("申請する").see("申請しました")
    asked = Purge.objects.using(alias(HOME)).get()
    at.press(asked.run[:8]).see("表ごとの証明")
    at.press("申請を取り下げる").see("何も消えません")
    examiner.check(page, "keeping-withdraw")
    at.press("取り下げる").see("取り下げました")

    page = administrator.open("keeping-request", alias(HOME))
    Keys(page).press("申請する").see("申請しました")
    run = Purge.objects.using(alias(HOME)).get(state="requested").run
    auditor.sit_down()
    page = auditor.open("keeping", alias(HOME))
    at = Keys(page).press(run[:8]).press("確認して消去する").see("元に戻せません")
    examiner.check(page, "keeping-confirm")
    at.press("確認して消去する").see("消去しました").see("SHA-256")
    examiner.check(page, "keeping-run")
    proof = Purge.objects.using(alias(HOME)).get(run=run)
    assert (proof.state, proof.rows, proof.requested_by, proof.confirmed_by) == ("done", 1, "a001", "u001")
    assert bytes(proof.digest).hex() in page.inner_text("main")
    administrator.sit_down()
    examiner.check(administrator.open("keeping-finish", alias(HOME), run), "keeping-finish")
    administrator.open("keeping", "default", status=404)
