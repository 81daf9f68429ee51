"""記録の不一致 at the network and at the platform, by keyboard alone, on the records of three towns that really differ."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems import three_towns
from tests.systems.three_towns import EAST, HOME, Towns, alias, inquiry
from todoke.access import parties as actors
from todoke.access.permissions import Role
from todoke.oplog import keys
from todoke.sites.realms import Realm
from todoke.systems.intermediary.actions import receive_results
from todoke.systems.intermediary.actions.compare_records import compare_records
from todoke.systems.intermediary.models import OpenDiscrepancy
from todoke.systems.network.models import Discrepancy

SOON = timedelta(seconds=-5)


@pytest.fixture
def towns(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Towns]:
    """HOME asked EAST twice; of the first exchange HOME has lost its record."""
    with override_settings(TODOKE_INSTANCE_NAME="towns", TODOKE_KEYS_FOLDER=tmp_path / "national" / "keys"):
        made = three_towns.build(tmp_path, "towns")
        keys.make(tmp_path, "national")
        made.open_for_business(2)
        made.register(EAST, [1, 2])
        with monkeypatch.context() as patch:
            patch.setattr(receive_results, "_RECORDED", "SELECT 1")
            made.inquire([inquiry("r1", 1, EAST)])
            made.deliver()
        made.inquire([inquiry("r2", 2, EAST)])
        made.deliver()
        for town in (HOME, EAST):
            compare_records(alias=alias(town), by=actors.housekeeper(), grace=SOON)
        yield made


def test_the_networks_operator_sees_the_three_records_and_settles(
    towns: Towns, office: Office, examiner
) -> None:
    office.hire(Realm.NATIONAL, {"n001": [Role.NETWORK_OPERATOR]})
    person = office.seat(Realm.NATIONAL, "n001")
    found = Discrepancy.objects.using("network").get()
    at = Keys(person.open("home")).see("未解決の記録の不一致").press("不一致を見る").see("当事者の記録がない")
    examiner.check(person.page, "network-discrepancies")
    assert person.page.locator("tbody tr").count() == 1
    at.press(found.permit_id).see("三者の記録").see("次にすること")
    rows = [
        row.split("\t") for row in person.page.locator("table").first.locator("tbody tr").all_inner_texts()
    ]
    assert [(row[0], row[2]) for row in rows] == [
        ("ネットワーク", "回答あり"),
        ("照会した機関", "記録なし"),
        ("提供した機関", "回答あり"),
    ]
    assert "ネットワークと違う記録は示されていません" in rows[2][3]
    examiner.check(person.page, "network-discrepancy")
    at.press("処置済みにする").see("記録そのものは変わりません")
    examiner.check(person.page, "network-discrepancy-settle")
    at.press("処置済みにする").see("理由").fill("input[name=reason]", "古いバックアップから戻した")
    at.press("処置済みにする").see("処置済みにしました").see("未解決の違いはありません").see(
        "古いバックアップ"
    )
    assert Discrepancy.objects.using("network").get().state == "settled"
    at.press("記録の不一致").see("この状態の不一致はありません")
    # the same difference does not come back, and the platform hears that it is settled
    compare_records(alias=alias(HOME), by=actors.housekeeper(), grace=SOON, whole=True)
    assert not OpenDiscrepancy.objects.using(alias(HOME)).exists()
    person.open("network-discrepancy", "unknown", status=404)


def test_the_platforms_operator_sees_what_the_network_told(towns: Towns, office: Office, examiner) -> None:
    office.hire(Realm.PLATFORM, {"p001": [Role.PLATFORM_OPERATOR]})
    person = office.seat(Realm.PLATFORM, "p001")
    told = OpenDiscrepancy.objects.using(alias(HOME)).get()
    assert not OpenDiscrepancy.objects.using(alias(EAST)).exists()
    at = Keys(person.open("home")).press("記録の不一致").see("最後の突合")
    counts = {
        row.split("\t")[0][-6:-1]: row.split("\t")[1]
        for row in person.page.locator("tbody tr").all_inner_texts()
    }
    assert (counts[HOME], counts[EAST]) == ("1", "0")
    examiner.check(person.page, "intermediary-discrepancy-towns")
    at = Keys(person.open("intermediary-discrepancies", HOME)).see("当事者の記録がない").see("比べた記録")
    examiner.check(person.page, "intermediary-discrepancies")
    at.press(told.permit_id).see("三者の記録").see("バックアップから戻した日時").see("この団体のいまの記録")
    rows = [
        row.split("\t") for row in person.page.locator("table").first.locator("tbody tr").all_inner_texts()
    ]
    assert [row[2] for row in rows] == ["回答あり", "記録なし", "回答あり"]
    examiner.check(person.page, "intermediary-discrepancy")
    text = person.page.inner_text("main")
    assert "r1" not in text.split()
    person.open("intermediary-discrepancy", HOME, "unknown", status=404)
    person.open("intermediary-discrepancies", "99999", status=404)
