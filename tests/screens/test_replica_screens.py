"""副本の登録・照合・訂正 at the screen, by keyboard, amid the sample city."""

from __future__ import annotations

from pathlib import Path

from django.db import connections

from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems import city, masters
from tests.systems.world import World
from todoke.access.permissions import Role
from todoke.contracts.information import TAX_ITEMS
from todoke.systems.linkage.jobs import replicas as road
from todoke.systems.linkage.models import LocalNumber, Reconciliation, ReplicaCorrection, ReplicaFile


def _held() -> int:
    with connections[masters.INTERMEDIARY].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM intermediary_replica")
        return int(cursor.fetchone()[0])


def test_masters_are_registered_compared_and_registered_anew(
    office: Office, sample_city: World, examiner, tmp_path: Path
) -> None:
    operator = office.person(Role.OPERATOR)
    people = masters.local_numbers(40)
    file = masters.write(tmp_path / "masters.csv", [masters.row(one) for one in people])
    bad = masters.write(tmp_path / "bad.csv", [masters.row(people[0], total_income="")])
    page = operator.open("linkage-replicas")
    examiner.check(page, "linkage-replicas-empty")
    page = operator.open("linkage-replica-upload")
    examiner.check(page, "linkage-replica-upload")
    page.locator("#id_file").set_input_files(bad)
    Keys(page).press("検査して取り込む").see("total_income")
    page = operator.open("linkage-replica-upload")
    page.locator("#id_file").set_input_files(file)
    Keys(page).press("検査して取り込む").see("受け付けました")
    kept = ReplicaFile.objects.using("linkage").get(state="waiting")
    examiner.check(operator.open("linkage-replica-file", kept.pk), "linkage-replica-file")
    road.deliver(kept, by=city.actor(city.OPERATOR), dispatcher=sample_city)
    assert _held() == 40
    page = operator.open("linkage-replica-file", kept.pk)
    Keys(page).see("新規 40件")
    examiner.check(operator.open("linkage-replicas"), "linkage-replicas")

    page = operator.open("linkage-comparisons")
    examiner.check(page, "linkage-comparisons-empty")
    with connections[masters.INTERMEDIARY].cursor() as cursor:
        cursor.execute(
            "UPDATE intermediary_replica SET contents = set_byte(contents, 20, get_byte(contents, 20) # 1)"
            " WHERE id = (SELECT min(id) FROM intermediary_replica)"
        )
    Keys(page).press("今すぐ照合する").see("副本を照合します")
    examiner.check(page, "linkage-comparison-new")
    Keys(page).press("照合する").see("照合しました")
    examiner.check(page, "linkage-comparisons")
    found = Reconciliation.objects.using("linkage").latest(
        "pk"
    )  # the site may have made its nightly one, too
    assert found.different == 1
    page = operator.open("linkage-comparison", found.pk)
    Keys(page).see("内容が違う")
    examiner.check(page, "linkage-comparison")
    Keys(page).press("違うものだけを登録し直す").see("違うものだけを登録し直します")
    examiner.check(page, "linkage-comparison-repair")
    page.locator("#id_file").set_input_files(file)
    Keys(page).press("登録し直す").see("登録し直しています")
    repair = ReplicaFile.objects.using("linkage").get(kind="repair")
    assert repair.rows == 1


def test_one_replica_is_corrected_by_two_people(office: Office, sample_city: World, examiner) -> None:
    (local,) = masters.local_numbers(1)
    person = LocalNumber.objects.using("linkage").get(local_number=local).person
    clerk = office.person(Role.CLERK, staff_id="s011")
    page = clerk.open("linkage-replica-correction-new")
    examiner.check(page, "linkage-replica-correction-new")
    keys = Keys(page)
    keys.fill("#id_integrated_number", person.pk)
    keys.fill("#id_birth_date", f"{person.birth_date:%Y-%m-%d}")
    keys.fill("#id_fiscal_year", "2021")
    keys.fill("#id_reason", "税額の更正")
    for name in TAX_ITEMS:
        if name == "taxing_municipality":
            keys.choose(f"#id_{name}_reason", "NotAcceptable")
        else:
            keys.fill(f"#id_{name}_value", "2021" if name == "tax_year" else "0")
    keys.press("提案する").see("提案しました")
    examiner.check(page, "linkage-replica-corrections")
    proposed = ReplicaCorrection.objects.using("linkage").get()
    supervisor = office.person(Role.SUPERVISOR, staff_id="s012")
    page = supervisor.open("linkage-replica-confirmations")
    examiner.check(page, "linkage-replica-confirmations")
    Keys(page).press(f"訂正 {proposed.pk} を確認する").see("正本と一項目ずつ")
    examiner.check(page, "linkage-replica-correction")
    keys = Keys(page).to("input[type=radio]")
    keys.page.keyboard.press("Space")
    keys.press("決定する").see("登録を始めました")
    file = ReplicaFile.objects.using("linkage").get(kind="screen")
    road.deliver(file, by=city.actor(city.OPERATOR), dispatcher=sample_city)
    assert _held() == 1
