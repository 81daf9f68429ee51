"""ファイル連携の監視 by keyboard alone, over files of the sample city: look, find what is wrong, stop, resume, send again."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems.linkage import filing
from tests.systems.linkage.filing import System, number_rows, run
from tests.systems.world import World
from todoke.access.permissions import Role
from todoke.records.converting.canonical import NO_CHARACTER, FileForm
from todoke.records.converting.records import Format
from todoke.sites.realms import Realm
from todoke.systems.linkage.flows import EXCHANGED_FILE, FileState
from todoke.systems.linkage.models import ExchangedFile, FileFault, FileQueue
from todoke.systems.linkage.rules.file_kinds import Direction
from todoke.workflow.runner import move, of

NOTICES = FileForm(layout="number_notices", edition="2022", form=Format.CSV, charset="utf-8")


@pytest.fixture
def exchange(office: Office, sample_city: World) -> FileQueue:
    """住民記録: taken, refused and waiting behind a gap; 税務: a notice that was not accepted."""
    residents, tax = System.joined("residents"), System.joined("tax", "税務システム")
    queue = residents.queue(records=400)
    tax.queue()
    content, count = number_rows(0, 300)
    residents.drop(1, content, count)
    spoilt = content.replace(b"-0", b"/0")
    residents.drop(2, spoilt, count)
    residents.drop(4, *number_rows(300, 400))
    out = residents.queue("number-notices", Direction.OUT, NOTICES)
    run()
    residents.acknowledge(
        ExchangedFile.objects.using("linkage").get(queue=out),
        "refused",
        bad_rows=[[3, "local_number", "未登録です"]],
    )
    run()
    office.hire(Realm.CITY, {"f001": [Role.OPERATOR]})
    return queue


def test_the_monitor_leads_to_what_is_wrong(office: Office, exchange: FileQueue, examiner) -> None:  # type: ignore[no-untyped-def]
    keys = Keys(office.seat(Realm.CITY, "f001").open("linkage-files"))
    keys.see("第3号が届いていません")
    examiner.check(keys.page, "linkage-files")
    keys.press("住民記録システム 個人番号と4情報").see("次の番号")
    examiner.check(keys.page, "linkage-files-queue")
    keys.choose("select[name=state]", "refused").press("絞り込む").see("誤りのある行があります")
    expect(keys.page.locator("main tbody tr")).to_have_count(1)
    keys.press("residents-numbers-00000002.csv").see("birth_date")
    keys.see("実在する日付（YYYY-MM-DD）でなければなりません")
    examiner.check(keys.page, "linkage-files-file")
    shown = keys.page.content()
    names = [line.split(b",")[2].decode() for line in number_rows(0, 300)[0].splitlines()[1:]]
    assert not [name for name in names if name in shown]
    keys.press("住民記録システム 個人番号と4情報").fill("input[name=since]", "きのう").press("絞り込む")
    keys.see("誤り")
    examiner.check(keys.page, "linkage-files-filter")
    keys.fill("input[name=since]", "2099-01-01").press("絞り込む").see("該当するものはありません")


def test_a_queue_is_stopped_and_resumed_with_a_reason(office: Office, exchange: FileQueue, examiner) -> None:  # type: ignore[no-untyped-def]
    keys = Keys(office.seat(Realm.CITY, "f001").open("linkage-files-queue", exchange.pk))
    keys.press("停止する").see("停止中は取込も送出もしません")
    examiner.check(keys.page, "linkage-files-stop")
    keys.press("停止する").see("誤り")
    keys.fill("input[name=reason]", "送り手の点検を待つため").press("停止する").see("待ち行列を停止しました")
    keys.see("送り手の点検を待つため")
    residents = System.joined("residents")
    residents.drop(3, *number_rows(400, 450))
    run()
    assert ExchangedFile.objects.using("linkage").filter(queue=exchange, state="arrived").count() == 2
    keys.press("再開する").see("番号の順に処理します")
    examiner.check(keys.page, "linkage-files-resume")
    keys.fill("input[name=reason]", "点検が終わったため").press("再開する").see("待ち行列を再開しました")
    run()
    assert ExchangedFile.objects.using("linkage").filter(queue=exchange, state="taken").count() == 3


def test_an_error_is_sent_again_and_a_file_that_is_being_taken_shows_how_far_it_is(
    office: Office, exchange: FileQueue, examiner
) -> None:  # type: ignore[no-untyped-def]
    file = ExchangedFile.objects.using("linkage").get(state="error")
    keys = Keys(office.seat(Realm.CITY, "f001").open("linkage-files-file", file.pk))
    keys.see("未登録です").press("送り直す").see("新しい番号で送ります")
    examiner.check(keys.page, "linkage-files-repeat")
    keys.press("送り直す").see("新しい番号で送り直します")
    new = ExchangedFile.objects.using("linkage").get(repeats=file)
    assert (new.number, new.state) == (2, "made")
    files = ExchangedFile.objects.using("linkage")
    file = files.get(queue=exchange, state="arrived")
    for state in (FileState.CHECKED, FileState.TAKING):
        move("linkage", EXCHANGED_FILE, of(EXCHANGED_FILE, [file.pk]), to=state, by=filing.operator())
    files.filter(pk=file.pk).update(processed=75)
    keys.press("ファイル連携").see("75 / 100件（75%）")
    keys.press("個人番号と4情報").press(file.file_name).see("75 / 100件（75%）")
    examiner.check(keys.page, "linkage-files-file-running")


def test_every_conversion_of_character_set_and_form_is_listed_with_what_it_would_lose(
    exchange: FileQueue, office: Office, examiner
) -> None:
    lost = ExchangedFile.objects.using("linkage").filter(in_order=True).latest("pk")
    FileFault.objects.using("linkage").create(file=lost, row=3, column="name_kanji", rule=NO_CHARACTER)
    page = office.person(Role.OPERATOR, staff_id="d001").open("linkage-files")
    keys = Keys(page).press("データ変換の一覧").see("字を黙って失うことはありません")
    keys.see("UTF-8 CSV").see(f"{exchange.charset} {exchange.form}")
    assert page.locator("tbody tr").filter(has_text=lost.file_name).locator("td").nth(7).inner_text() == "1"
    examiner.check(page, "linkage-files-conversions")
