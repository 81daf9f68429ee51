"""番号変換 at the screen, by keyboard alone: upload, see it end, take the answer; a bad file names its rows."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems import city
from tests.systems.linkage import conversions
from tests.systems.world import World
from todoke.access.permissions import Role
from todoke.oplog.models import Operation
from todoke.sites.realms import Realm
from todoke.systems.linkage.models import ConversionRight
from todoke.systems.linkage.rules.conversions import Direction

PURPOSE = "福祉システムの夜間照合"
DIRECTIONS = (Direction.LOCAL_TO_INTEGRATED, Direction.INTEGRATED_TO_LOCAL)


@pytest.fixture
def ready(sample_city: World, office: Office, tmp_path: Path) -> Callable[[list[conversions.Row]], Path]:
    """The welfare system with two rights, somebody of the city and somebody of the contractor; writes request files."""
    conversions.staff()
    conversions.introduce([conversions.route(direction) for direction in DIRECTIONS])
    office.hire(Realm.CITY, {"d001": [Role.CLERK], "d002": [Role.OPERATOR]})

    def write(rows: list[conversions.Row]) -> Path:
        file = tmp_path / "依頼 R8.csv"
        conversions.write(file, rows)
        return file

    return write


def sent(page: Page, file: Path) -> Keys:
    """Upload from the list on, and wait for the end."""
    keys = Keys(page).press("新しく変換する")
    keys.see("新しい番号変換").choose("#id_asker", f"welfare {conversions.DUTY}").fill("#id_purpose", PURPOSE)
    keys.to("#id_file").page.set_input_files("#id_file", file)
    keys.press("受け付けて変換する").see("番号変換の処理")
    until = time.monotonic() + 60
    while "受付（変換中）" in page.inner_text("main"):
        assert time.monotonic() < until
        time.sleep(0.3)
        page.reload()
    return keys


def test_a_file_is_converted_and_its_answer_taken_for_a_purpose(
    ready: Callable[[list[conversions.Row]], Path], office: Office, examiner
) -> None:
    people = city.rows("individual_numbers.csv")[:40]
    rows = [row for direction in DIRECTIONS for row in conversions.asked(direction, people)]
    rows[3]["address"] += "　別棟"
    rows += conversions.asked(Direction.INDIVIDUAL_TO_INTEGRATED, people[:2])
    clerk = office.seat(Realm.CITY, "d001")
    page = clerk.open("linkage-conversions")
    examiner.check(page, "linkage-conversions-empty")
    Keys(page).press("新しく変換する").see("ファイルの項目")
    examiner.check(page, "linkage-conversion-new")
    clerk.open("linkage-conversions")
    keys = sent(page, ready(rows)).see("変換済").see("4情報の不一致").see("許可のない変換")
    examiner.check(page, "linkage-conversion")
    keys.press("回答ファイルを保存する").see("利用目的を記録します")
    keys.fill("#purpose", PURPOSE).to("button.main")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    answers = list(csv.DictReader(io.StringIO(waiting.value.path().read_text(encoding="utf-8"))))
    wanted = [number for direction in DIRECTIONS for number in conversions.expected(direction, people)]
    wanted[3] = ""
    assert [row["answer"] for row in answers] == [*wanted, "", ""]
    entry = Operation.objects.using("linkage").get(verb="linkage:conversion:download", persons=82)
    assert (entry.actor, entry.purpose) == ("d001", PURPOSE)
    examiner.check(clerk.open("linkage-conversions"), "linkage-conversions")


def test_a_bad_file_is_refused_whole_and_names_its_rows(
    ready: Callable[[list[conversions.Row]], Path], office: Office, examiner
) -> None:
    rows = conversions.asked(DIRECTIONS[0], city.rows("individual_numbers.csv")[:5])
    rows[1]["birth_date"], rows[4]["local_system"] = "2021-02-30", ""
    page = office.seat(Realm.CITY, "d001").open("linkage-conversions")
    sent(page, ready(rows)).see("不受理").see("birth_date").see("direction・local_system")
    assert rows[1]["number"] not in page.inner_text("main")
    examiner.check(page, "linkage-conversion-refused")


def test_a_contractor_sees_counts_and_no_numbers(
    ready: Callable[[list[conversions.Row]], Path], office: Office
) -> None:
    rows = conversions.asked(DIRECTIONS[0], city.rows("individual_numbers.csv")[:5])
    operator = office.seat(Realm.CITY, "d002")
    page = operator.open("linkage-conversions")
    sent(page, ready(rows)).see("変換済")
    assert page.get_by_text("回答ファイルを保存する").count() == 0
    job = page.url.rsplit("/", 1)[1]
    operator.open("linkage-conversion-answer", job, query="?purpose=照合", status=403)


def test_a_right_is_asked_for_by_one_person_and_counts_when_another_confirms_it(
    ready: Callable[[list[conversions.Row]], Path], office: Office, examiner
) -> None:
    administrator = office.person(Role.ADMINISTRATOR, staff_id="d003")
    page = administrator.open("linkage-rights")
    examiner.check(page, "linkage-rights")
    keys = Keys(page).press("新しく申請する").see("番号変換の許可を申請します")
    examiner.check(page, "linkage-right-new")
    keys.choose("#id_asker", f"welfare {conversions.DUTY}")
    keys.choose("#id_direction", Direction.INDIVIDUAL_TO_INTEGRATED.value).choose(
        "#id_local_system", "welfare"
    )
    keys.fill("#id_law", conversions.LAW).fill("#id_valid_from", "令和3年12月20日")
    keys.press("申請する").see("「なし」を選んでください")
    keys.choose("#id_local_system", "").press("申請する").see("申請しました")
    right = ConversionRight.objects.using("linkage").get(direction=Direction.INDIVIDUAL_TO_INTEGRATED.value)
    page = administrator.open("linkage-right", right.pk)
    examiner.check(page, "linkage-right")
    assert page.get_by_text("確認する", exact=True).count() == 0
    administrator.open("linkage-right-confirm", right.pk, status=403)

    manager = office.person(Role.SECTION_MANAGER, staff_id="d004")
    keys = Keys(manager.open("linkage-right", right.pk)).press("確認する").see("根拠と事務を確かめてください")
    examiner.check(manager.page, "linkage-right-confirm")
    keys.press("確認して有効にする").see("有効")
    right.refresh_from_db(using="linkage")
    assert (right.state, right.declared_by, right.confirmed_by) == ("confirmed", "d003", "d004")
    keys.press("終了する").see("ただちに変換できなくなります")
    examiner.check(manager.page, "linkage-right-end")
    keys.press("終了する").see("終了")
    right.refresh_from_db(using="linkage")
    assert (right.state, right.state_by) == ("ended", "d004")
