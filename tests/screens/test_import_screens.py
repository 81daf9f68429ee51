"""ファイルの取込 by keyboard alone: a bad file named in plain Japanese, five steps, a second person, who has no tax answer."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.screens.importing import forward, send, until_done, upload
from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems import city
from todoke.access.permissions import Role
from todoke.contracts import registry
from todoke.contracts.residents import Residents
from todoke.oplog.models import Operation
from todoke.sites.realms import Realm
from todoke.systems.benefits import queries
from todoke.systems.benefits.models import FileImport
from todoke.systems.residents import jobs as residents
from todoke.systems.residents.serves import ResidentRegister


@pytest.fixture
def staffed(office: Office) -> Office:
    """The registers are in; d001 imports, d002 confirms."""
    city.open_site()
    registry.serve(Residents, ResidentRegister())
    base, latest = (city.files() / f"residents_{kind}.csv" for kind in ("base", "latest"))
    residents.load(base, latest, date(2022, 2, 1), by=city.actor(city.CLERK))
    office.hire(Realm.CITY, {"d001": [Role.CLERK], "d002": [Role.SUPERVISOR]})
    return office


def rows() -> list[str]:
    return (city.files() / "tax.csv").read_text(encoding="utf-8").splitlines()


def write(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_bad_file_is_answered_in_plain_japanese_with_its_own_row_numbers(
    staffed: Office, tmp_path: Path, examiner
) -> None:  # type: ignore[no-untyped-def]
    clerk = staffed.seat(Realm.CITY, "d001")
    page = clerk.open("benefits-imports")
    examiner.check(page, "benefits-imports-empty")
    Keys(page).press("ファイルを取り込む").see("推測しません")
    examiner.check(page, "benefits-import-new")
    Keys(page).press("受け付けて調べる").see("誤り")
    examiner.check(page, "benefits-import-new-wrong")
    lines = rows()
    file = write(tmp_path / "tax.csv", lines)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    clerk.open("benefits-imports")
    send(page, file, count=len(lines) - 1).see("受付不可").see("BOM付き").see("文字コードを選び直して")
    examiner.check(page, "benefits-import-refused")
    lines[7] = lines[7].lstrip("0")  # a spreadsheet was there
    code, _, rest = lines[9].split(",", 2)
    lines[9] = f"{code},2021/1/1,{rest}"
    keys = send(page, write(tmp_path / "tax.csv", lines), count=len(lines) - 1).see("受付不可")
    keys.press("すべての誤りを").see("先頭の0が失われた").see("行番号はファイルのもの")
    shown = page.locator("table").last.inner_text()
    assert "8\t住基個人コード（resident_code）" in shown
    assert "10\t課税年度（tax_year）" in shown
    assert lines[7].split(",", 1)[0] not in page.content()
    examiner.check(page, "benefits-import-rows")
    # a list that decisions read, which names one person twice
    one = f"{lines[1].split(',', 1)[0]},措置入所児童等,2022-01-05"
    file = write(tmp_path / "special.csv", ["resident_code,kind,noted_on", one, one])
    clerk.open("benefits-imports")
    keys = until_done(upload(page, file, kind="special_persons", count=2), "検査中").see("受付不可")
    keys.see("住基個人コード・区分（resident_code・kind）").see(
        "住基個人コード・区分 が前の行と重複しています"
    )
    file = write(tmp_path / "special.csv", ["resident_code,kind,noted_on", one])
    clerk.open("benefits-imports")
    keys = until_done(upload(page, file, kind="special_persons", count=1), "検査中").see("確認待ち")
    forward(keys.press("最初の行と合計").see("措置入所児童等"), opened=True).press("取り込む")
    until_done(keys, "検査中", "確認待ち", "二人目の確認待ち").see("取込済")
    assert queries.newest_source("special_persons").rows == 1


def test_a_page_left_open_says_by_itself_that_the_check_is_over(
    staffed: Office, tmp_path: Path, chromium: Browser
) -> None:
    """Heading and buttons, too, which stand outside the part that renews itself."""
    with chromium.new_context(locale="ja-JP", timezone_id="Asia/Tokyo") as scripted:
        staffed.context = scripted
        page = staffed.seat(Realm.CITY, "d001").open("benefits-imports")
        upload(page, write(tmp_path / "tax.csv", rows()), count=len(rows()) - 1)
        expect(page.locator("h1")).to_contain_text("確認待ち", timeout=60_000)
        expect(page.get_by_role("link", name="最初の行と合計").first).to_be_visible()


def test_a_first_edition_then_a_large_change_that_needs_a_second_person(
    staffed: Office, tmp_path: Path, examiner
) -> None:  # type: ignore[no-untyped-def]
    lines = rows()
    count = len(lines) - 1
    clerk = staffed.seat(Realm.CITY, "d001")
    page = clerk.open("benefits-imports")
    keys = send(page, write(tmp_path / "tax.csv", lines), count=count).see("確認待ち")
    examiner.check(page, "benefits-import-checked")
    forward(keys).see("最初の版になります")
    keys.press("取り込む").see("取り込んでいます")
    until_done(keys, "二人目の確認待ち").see("取込済").see("前の版は履歴に残っています")
    assert queries.newest_source("tax").rows == count
    # a second file in which too much differs
    changed = [line[::-1].replace(",0,", ",1,", 1)[::-1] for line in lines[1:41]]
    clerk.open("benefits-imports")
    keys = send(page, write(tmp_path / "tax2.csv", [lines[0], *changed, *lines[42:]]), count=count - 1).see(
        "確認待ち"
    )
    keys.press("最初の行と合計").see("増減").see("伏せて表示")
    examiner.check(page, "benefits-import-contents")
    keys.press("次へ：使用中の版との違い").see("消滅")
    examiner.check(page, "benefits-import-differences")
    keys.choose("#id_change", "removed").press("絞り込む")
    expect(page.locator("main table").last.locator("tbody tr")).to_have_count(1)
    keys.see(lines[41].split(",", 1)[0])
    keys.press("次へ：確認").see("二人目（責任職）が確かめるまで")
    examiner.check(page, "benefits-import-propose")
    keys.press("二人目の確認へ回す").see("あなた以外の二人目")
    assert "二人目として確かめる" not in page.inner_text("main")
    assert queries.newest_source("tax").rows == count
    row = FileImport.objects.using("benefits").latest("id")
    second = staffed.seat(Realm.CITY, "d002")
    page = second.open("home")
    keys = Keys(page).see("二人目の確認を待つ取込")
    second.open("benefits-import", row.pk)
    keys.press("二人目として確かめる").see("次の判定から使う版")
    examiner.check(page, "benefits-import-confirm")
    keys.press("確かめたので取り込む")
    until_done(keys, "取込中").see("取込済").see("d002")
    examiner.check(page, "benefits-import-taken")
    assert queries.newest_source("tax").rows == count - 1
    assert Operation.objects.using("benefits").filter(verb="benefits:source:confirm", actor="d002").exists()
    second.open("benefits-imports")
    keys.see("使用中の版").press("2 版").see("d002")
    examiner.check(page, "benefits-imports")


def test_whoever_has_no_tax_answer_is_counted_and_listed_and_the_share_is_set(
    staffed: Office, tmp_path: Path, examiner
) -> None:  # type: ignore[no-untyped-def]
    second = staffed.seat(Realm.CITY, "d002")
    page = second.open("benefits-import-lacking")
    keys = Keys(page).see("答えがない人").see("未申告")
    examiner.check(page, "benefits-import-lacking")
    keys.press("全員の一覧を見る").see("課税の答えがない人の一覧")
    examiner.check(page, "benefits-import-lacking-list")
    keys.choose("#id_status", "未照会").press("絞り込む").see("未照会")
    assert (
        Operation.objects.using("benefits")
        .filter(subject="tax answers lacking", actor="d002", persons__gt=0)
        .exists()
    )
    second.open("benefits-import-limits")
    keys.see("初期値").press("課税情報").see("割合を決めます")
    examiner.check(page, "benefits-import-limit")
    keys.fill("#id_percent", "20").fill("#id_reason", "6月の当初課税のため").press("決める").see(
        "6月の当初課税のため"
    )
    examiner.check(page, "benefits-import-limits")
    page = staffed.seat(Realm.CITY, "d001").open("benefits-imports")
    keys = send(page, write(tmp_path / "tax.csv", rows()), count=len(rows()) - 1).see("確認待ち")
    keys.press("取りやめる").see("はじめから受け付けます")
    examiner.check(page, "benefits-import-cancel")
    keys.fill("#id_reason", "別の年度のファイルでした").press("取りやめる").see("取りやめました").see(
        "別の年度のファイルでした"
    )
