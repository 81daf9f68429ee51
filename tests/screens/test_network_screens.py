"""The network operator's screens, by keyboard alone: editions by two people, organisations, traffic, refusals, counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connections

from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from tests.systems import world
from tests.systems.lists import publish_list, register_organisations
from todoke.access.permissions import Role
from todoke.contracts import registry
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE
from todoke.contracts.trust import PermitSeal
from todoke.exchange.ring import KeyRing
from todoke.identifiers.municipality import organisation_code
from todoke.kernel import clock
from todoke.oplog.models import Operation
from todoke.sites.realms import Realm
from todoke.sites.trust import RingTrust
from todoke.systems.network.models import ExchangeRecord, Refusal
from todoke.systems.network.queries import newest_list

HOME, EAST = organisation_code("14100"), organisation_code("13112")
PAGES = (
    "network-traffic", "network-refusals", "network-juki", "network-lists", "network-entries", "network-holders",
    "network-list-draft-new", "network-organisations", "network-organisation-new",
)  # fmt: skip


@pytest.fixture
def two(office: Office) -> tuple[Person, Person]:
    office.hire(Realm.NATIONAL, {"n001": [Role.NETWORK_OPERATOR], "n002": [Role.NETWORK_OPERATOR]})
    return office.seat(Realm.NATIONAL, "n001"), office.seat(Realm.NATIONAL, "n002")


def test_an_edition_is_drafted_by_one_and_published_by_another(
    two: tuple[Person, Person], tmp_path: Path, examiner
) -> None:
    first, second = two
    first.sit_down()
    at = Keys(first.open("home")).press("照会許可照会リスト").see("有効な版がありません")
    examiner.check(first.page, "network-lists-none")
    at.press("次の版の案を作る").see("写しの有効日数").fill("input[name=days]", "5").press("案を作る")
    at.see("案を作りました").see("案 1 が承認を待っています").press("案 1 が承認を待っています")
    at.see("なし（最初の版）").see("追加 1 行").see("別の職員が行います")
    assert first.page.get_by_text("承認に進む").count() == 0
    first.open("network-list-draft-approve", 1)
    Keys(first.page).press("承認して発行する").see("SAME_PERSON")

    second.sit_down()
    at = (
        Keys(second.open("home"))
        .press("リストの版を見る")
        .press("案 1 が承認を待っています")
        .see("追加する行")
    )
    examiner.check(second.page, "network-list-draft")
    at.press("承認に進む").see("取り消せません")
    examiner.check(second.page, "network-list-draft-approve")
    at.press("承認して発行する").see("第 1 版を発行しました").see("あと 4 日")
    examiner.check(second.page, "network-lists")
    newest = newest_list()
    assert newest is not None
    assert (newest.edition, newest.issued_by, newest.approved_by) == (1, "n001", "n002")


def test_a_bad_file_is_refused_and_a_row_is_revoked(
    office: Office, two: tuple[Person, Person], tmp_path: Path, examiner
) -> None:
    registry.serve(PermitSeal, RingTrust(KeyRing(office.sites.instance.path, *world.owners())))
    publish_list()
    _, second = two
    bad = tmp_path / "list.csv"
    row = f"*,*,{DUTY},{PROCEDURE},{LOCAL_TAX},2022-04-01,2023-03-31"
    header = "inquirer,provider,duty,procedure,information_code,valid_from,valid_to"
    bad.write_text(f"{header}\n{row}\n{row.replace('JM', 'JX').replace('2023', '2021')}\n", encoding="utf-8")
    page = second.open("network-list-draft-new")
    at = Keys(page).to("input[name=file]")
    page.set_input_files("input[name=file]", bad)
    at.press("案を作る").see("受け付けませんでした").see("JM と14桁").see("より前にできません")
    examiner.check(page, "network-list-draft-refused")
    bad.write_text(f"{header}\n{row}\n", encoding="utf-8")
    page.set_input_files("input[name=file]", bad)
    at.press("案を作る").see("案を作りました")
    at = (
        Keys(second.open("network-list-draft", 2))
        .see("追加 0 行、削除 0 行、変更 1 行")
        .see("2022-04-01 ～ 2023-03-31")
    )
    at.press("却下に進む").see("却下します")
    examiner.check(page, "network-list-draft-refuse")
    at.press("却下する").see("案を却下しました")

    at.press("有効な版の行を見る").press("行 1 を緊急に失効させる").see("直ちに失効させる")
    examiner.check(page, "network-entry-revoke")
    at.fill("input[name=reason]", "改正前の行").press("直ちに失効させる").see("失効させました").see(
        "緊急失効"
    )
    examiner.check(page, "network-entries")
    examiner.check(second.open("network-list-draft-new"), "network-list-draft-new")
    Keys(page).press("案を作る").see("案を作りました").press("案 3 が承認を待っています").see(
        "緊急に失効した行が戻ります"
    )


def test_an_organisation_is_registered_by_two_and_suspended_by_one(
    two: tuple[Person, Person], examiner
) -> None:
    first, second = two
    first.sit_down()
    at = (
        Keys(first.open("home"))
        .press("機関")
        .see("機関はありません")
        .press("登録の案を作る")
        .see("機関の登録の案を作ります")
    )
    examiner.check(first.page, "network-organisation-new")
    at.fill("input[name=municipality]", "14100").choose("select[name=kind]", "教育委員会")
    at.fill("input[name=name]", "横浜市教育委員会").press("案を作る").see("案を作りました").see("確認待ち")
    at.press("確認する").press("確認して登録する").see("SAME_PERSON")
    second.sit_down()
    at = Keys(second.open("home")).press("機関を見る").press("確認する").see("横浜市教育委員会 を登録します")
    examiner.check(second.page, "network-organisation-confirm")
    at.press("確認して登録する").see("登録しました").see("登録済")
    examiner.check(second.page, "network-organisations")
    at.press("横浜市教育委員会 を停止する").see("直ちに停止する")
    examiner.check(second.page, "network-organisation-suspend")
    at.press("直ちに停止する").see("理由")
    at = (
        Keys(second.page)
        .fill("input[name=reason]", "証明書の漏えいの疑い")
        .press("直ちに停止する")
        .see("停止しました")
        .see("停止中")
    )
    at.press("登録の案を作る").fill("input[name=municipality]", "14100").choose(
        "select[name=kind]", "教育委員会"
    )
    at.fill("input[name=name]", "横浜市教育委員会").press("案を作る").see("確認待ち").press("却下する").see(
        "却下します"
    )
    examiner.check(second.page, "network-organisation-refuse")
    at.press("却下する").see("案を却下しました")


@pytest.fixture
def busy(two: tuple[Person, Person]) -> Person:
    """Exchanges, refusals and a waiting 取得番号."""
    register_organisations(["14100", "13112"])
    now, shared = clock.now(), {"duty": DUTY, "procedure": PROCEDURE, "information_code": LOCAL_TAX}
    ExchangeRecord.objects.using("network").bulk_create(
        ExchangeRecord(
            permit_id=f"p{n}", record_id=f"secret-{n}", inquirer=HOME, provider=EAST, requested_at=now, outcome="asked", **shared
        )
        for n in range(7)
    )  # fmt: skip
    ExchangeRecord.objects.using("network").filter(permit_id__in=["p0", "p1"]).update(
        outcome="answered", provided_at=now
    )
    Refusal.objects.using("network").create(
        at=now, inquirer=HOME, provider=EAST, reason="not_on_list", records=12, **shared
    )
    with connections["network"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO network_acquisition (delivery, organisation, acquisition_number, asked_at)"
            " SELECT 'd', %s, 'unseen-number-' || n, now() FROM generate_series(1, 3) n",
            [HOME],
        )
    return two[1]


def test_traffic_refusals_and_acquisitions_are_counts_and_name_nobody(busy: Person, examiner) -> None:
    busy.sit_down()
    page = busy.open("home")
    at = Keys(page).press("通信量").see("この1時間の照会").see("合計 19 件")
    cards = dict(line.split("\n")[:2] for line in page.locator(".cards li").all_inner_texts())
    assert (cards["照会中"], cards["回答あり"], cards["許可証なし"]) == ("5", "2", "12")
    rows = page.locator("tbody tr").all_inner_texts()
    assert sorted(row.split("\t")[-1] for row in rows) == ["12", "2", "5"]
    examiner.check(page, "network-traffic")
    ExchangeRecord.objects.using("network").filter(permit_id="p2").update(
        outcome="held", provided_at=clock.now()
    )
    assert page.locator("#traffic-now[data-live]").count() == 1  # with script it renews itself
    Keys(page).press("いまの状態に更新する").see("合計 19 件")
    assert page.locator(".cards li", has_text="提供者確認中").locator("strong").inner_text() == "1"

    with page.expect_download() as caught:
        Keys(page).press("CSV で保存").fill("#purpose", "月次の報告").press("記入して進む")
    text = Path(caught.value.path()).read_text(encoding="utf-8-sig")
    assert "許可証なし" in text
    assert "secret" not in text
    assert Operation.objects.using("network").filter(verb="privacy:list:download").count() == 1

    at = Keys(busy.open("network-traffic")).choose("select[name=span]", "1か月ごと")
    at.press("絞り込む").see("合計 19 件")
    at = (
        Keys(page)
        .press("許可されなかった照会")
        .see("not_on_list")
        .see("認められていない照会です")
        .see("確かめてください")
    )
    examiner.check(page, "network-refusals")
    at.press("住基ネットの部分").see("3")
    examiner.check(page, "network-juki")
    assert "unseen-number" not in page.content()
    at = Keys(busy.open("network-holders")).see("未取得").see("2 団体")
    examiner.check(page, "network-holders")


def test_the_filter_says_what_is_wrong_and_an_auditor_opens_none_of_it(busy: Person, office: Office) -> None:
    busy.sit_down()
    busy.open("network-traffic", query="?span=hour&since=2020-01-01&until=2022-01-01", status=422)
    assert "31 日まで" in busy.page.inner_text("main")
    busy.open("network-traffic", query="?since=nonsense", status=422)
    office.hire(Realm.NATIONAL, {"n009": [Role.AUDITOR]})
    auditor = office.seat(Realm.NATIONAL, "n009")
    for route in PAGES:
        auditor.open(route, status=403)
