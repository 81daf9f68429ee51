"""The state of the intermediary and of the 符号, by keyboard alone, on the sample city and over real mutual TLS."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections

from tests.screens.keys import Keys
from tests.screens.office import Office
from tests.systems.world import World
from todoke.access import parties as actors
from todoke.access.permissions import Actor, Role
from todoke.exchange import circuit
from todoke.kernel import clock
from todoke.oplog.models import Operation
from todoke.sites.realms import Realm
from todoke.systems.intermediary.actions.plan_pause import end_pauses, plan_pause
from todoke.systems.linkage import jobs
from todoke.systems.linkage.models import CodeRequest, Person
from todoke.systems.linkage.queries import codes

PLATFORM_STAFF = Actor(staff_id="p001", roles=frozenset({Role.PLATFORM_OPERATOR}))
SYSTEM = actors.actor("city:14100")
THERE = "intermediary_14100"


@pytest.fixture
def operator(sample_city: World, office: Office):
    office.hire(Realm.CITY, {"s001": [Role.OPERATOR]})
    return office.seat(Realm.CITY, "s001")


def test_the_state_page_follows_the_intermediary(operator, examiner) -> None:
    page = operator.open("home")
    at = Keys(page).press("中間サーバー").see("まだ確かめていません")
    examiner.check(page, "linkage-intermediary-never")
    at.press("今すぐ確かめる").see("確かめました：稼働中").see("結果のない情報照会").see("送信中")
    now = clock.now()
    plan_pause(
        alias=THERE, begins_at=now - timedelta(minutes=1), ends_at=now + timedelta(hours=2), reason="機器の更新",
        by=PLATFORM_STAFF,
    )  # fmt: skip
    at.press("今すぐ確かめる").see("確かめました：計画停止中").see("送信を止めています").see("機器の更新")
    assert circuit.is_paused("linkage", "city:14100", "platform:14100")
    examiner.check(page, "linkage-intermediary-paused")
    end_pauses(alias=THERE, by=PLATFORM_STAFF)
    at.press("今すぐ確かめる").see("確かめました：稼働中").see("再開")
    assert page.get_by_text("送信を止めています").count() == 0
    examiner.check(page, "linkage-intermediary")
    rows = page.get_by_role("region", name="確認した状態").locator("tbody tr").all_inner_texts()
    assert [row.split()[0] for row in rows] == ["稼働中", "計画停止中", "稼働中"]


def test_all_are_asked_for_and_the_failed_again(sample_city: World, operator, examiner) -> None:
    total = Person.objects.using("linkage").count()
    page = operator.open("home")
    at = Keys(page).press("符号の取得状況").see("未要求")
    assert page.locator(".cards li", has_text="未要求").locator("strong").inner_text() == f"{total:,}"
    at.press("符号を一括で要求する").see(f"{total:,} 人")
    examiner.check(page, "linkage-codes-run")
    at.press("一括要求を始める").see("一括要求を始めました").see(f"0 / {total:,}件")
    examiner.check(page, "linkage-codes-running")

    jobs.carry_on(by=SYSTEM, transport=sample_city.transport)
    failed = sorted(Person.objects.using("linkage").values_list("pk", flat=True))[:2]
    with connections[THERE].cursor() as cursor:
        cursor.execute(
            "UPDATE intermediary_link_code SET state = 'failed', failure = 'duplicate_person',"
            " acquisition_number = NULL WHERE integrated_number = ANY(%s)",
            [failed],
        )
    sample_city.drain(10)
    jobs.stand(by=SYSTEM, transport=sample_city.transport)
    page = operator.open("linkage-codes")
    assert page.locator(".cards li", has_text="取得済").locator("strong").inner_text() == f"{total - 2:,}"
    assert page.locator("progress").count() == 0
    examiner.check(page, "linkage-codes")

    at = Keys(page).press("同じ人が二つの統合番号").see("利用目的")
    at.fill("input[name=purpose]", "取得エラーの確認").to("button").page.keyboard.press("Enter")
    at.see(failed[0]).see(failed[1])
    examiner.check(page, "linkage-codes-list")
    assert page.locator("tbody tr").count() == 2
    read = Operation.objects.using("linkage").filter(verb="linkage:code:monitor", object_index__isnull=False)
    assert (read.count(), set(read.values_list("purpose", flat=True))) == (2, {"取得エラーの確認"})

    at.to(f"input[aria-label='{failed[0]} を選ぶ']").page.keyboard.press("Space")
    at.press("選んだ人を再取得する").see("1 人の符号をもう一度要求します")
    examiner.check(page, "linkage-codes-again")
    at.press("再取得する").see("1 人の符号を、もう一度要求します。")
    assert CodeRequest.objects.using("linkage").get(person_id=failed[0]).state == "again"

    page = operator.open("linkage-codes-list", query="?purpose=確認&state=refused")
    at = Keys(page).press("この条件の 1 人を再取得する").see("条件に合う全員").press("再取得する")
    at.see("1 人の符号を、もう一度要求します。")
    jobs.carry_on(by=SYSTEM, transport=sample_city.transport)
    sample_city.drain(10)
    jobs.stand(by=SYSTEM, transport=sample_city.transport)
    assert codes.counts().by_state["present"] == total
    assert failed[0] not in page.url


def test_nothing_selected_is_said_and_a_clerk_sees_neither_page(
    sample_city: World,
    operator,
    office: Office,
) -> None:
    CodeRequest.objects.using("linkage").filter(person_id=Person.objects.using("linkage").first().pk).update(
        state="refused", refusal="expired"
    )  # fmt: skip
    page = operator.open("linkage-codes-list", query="?purpose=確認")
    Keys(page).press("選んだ人を再取得する").see("再取得する人が選ばれていません")
    office.hire(Realm.CITY, {"s009": [Role.CLERK]})
    clerk = office.seat(Realm.CITY, "s009")
    for route in ("linkage-codes", "linkage-intermediary", "linkage-codes-run"):
        clerk.open(route, status=403)
