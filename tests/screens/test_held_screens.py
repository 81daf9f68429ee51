"""中間サーバーの画面 by keyboard: two officers decide on a held request, the inquirer follows it, the operator sees counts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Page

from tests.browser import Examiner
from tests.hiring import Right
from tests.screens.keys import Keys
from tests.screens.office import Office, Person
from tests.systems import city
from tests.systems.world import HOME, World
from todoke.access.permissions import Role
from todoke.kernel import clock
from todoke.oplog.models import Operation
from todoke.sites.realms import Realm
from todoke.systems.inquiry import jobs
from todoke.systems.inquiry.serves import InquiryService
from todoke.systems.intermediary import queries
from todoke.systems.intermediary.models import ProvisionCase
from todoke.systems.intermediary.queries import Held, exchanges

TOWN, OTHER = "13112", "14130"
WHERE = f"intermediary_{TOWN}"
OFFICERS = ("p002", "p003")
ORDER = "r3-held"


@pytest.fixture
def held(sample_city: World, office: Office, tmp_path: Path) -> World:
    """The city has asked 13112 about everybody who came from there, and it holds all back, and the officers of 13112 are hired."""
    with connections[WHERE].cursor() as cursor:
        cursor.execute("UPDATE intermediary_replica SET auto_reply_prohibited = true")
    rows = [row for row in city.rows("residents_latest.csv") if row["previous_municipality"] == TOWN]
    by, codes = city.actor(city.OPERATOR), [row["resident_code"] for row in rows]
    InquiryService().order(order_id=ORDER, resident_codes=codes, by=city.CLERK)
    jobs.write_requests(ORDER, tmp_path, by=by)
    sample_city.exchange(jobs.batches(ORDER))
    assert len(queries.held(WHERE)) > 2
    rights = [right(Role.PROVIDER_OFFICER, TOWN)]
    office.hire(Realm.PLATFORM, dict.fromkeys(OFFICERS, rights))
    return sample_city


def right(role: Role, town: str) -> Right:
    return Right(role=role, municipality=town)


def numbers_of(permit_id: str) -> list[str]:
    """The 統合番号 of the person, at the provider and at the inquirer."""
    case = ProvisionCase.objects.using(WHERE).get(pk=permit_id)
    with connections[f"intermediary_{HOME}"].cursor() as cursor:
        cursor.execute("SELECT integrated_number FROM intermediary_inquiry WHERE permit_id = %s", [permit_id])
        ((ours,),) = cursor.fetchall()
    return [str(case.integrated_number), ours]


def note_contact(keys: Keys) -> None:
    now = clock.now().astimezone(clock.JAPAN) - timedelta(minutes=1)
    keys.fill("#id_day", f"{now:%Y-%m-%d}").fill("#id_hour", f"{now:%H:%M}").choose("#id_means", "telephone")
    keys.fill("#id_office", "福祉保健課").fill("#id_official", "見本 花子")
    for name in ("law", "need", "handling"):
        keys.to(f"#id_{name}").page.keyboard.press("Space")
    keys.press("記録する").see("記録しました")


def test_two_officers_decide(held: World, office: Office, examiner) -> None:
    first, *others = queries.held(WHERE)
    theirs, ours = numbers_of(first.permit_id)
    officer = office.seat(Realm.PLATFORM, OFFICERS[0])
    assert "保留中の照会" in officer.open("home").inner_text("main")
    page = officer.open("intermediary-held-towns")  # one town: its queue at once
    examiner.check(page, "intermediary-held")
    assert theirs not in page.content()
    Keys(page).choose("#id_step", "new").press("絞り込む").press(first.record_id).see("対象者（統合番号）")
    assert theirs in page.inner_text("main")
    assert ours not in page.content()
    examiner.check(page, "intermediary-held-one")
    Keys(page).press("提案する").see("提供の可否を提案します")
    examiner.check(page, "intermediary-held-propose")
    propose_release(page).see("確かめた記録がありません")
    page = officer.open("intermediary-held-contact", TOWN, first.permit_id)
    examiner.check(page, "intermediary-held-contact")
    note_contact(Keys(page))
    renew_and_refuse(officer, first, others, examiner)
    page = officer.open("intermediary-held-propose", TOWN, first.permit_id)
    propose_release(page).see("あなたの提案なので")
    page = officer.open("intermediary-held-confirm", TOWN, first.permit_id)
    Keys(page).press("確定する").see("SAME_PERSON")
    second = office.seat(Realm.PLATFORM, OFFICERS[1])
    page = second.open("intermediary-held-one", TOWN, first.permit_id)
    Keys(page).press("提案を確定する").see("取り消せません")
    examiner.check(page, "intermediary-held-confirm")
    Keys(page).press("確定する").see("回答を送りました")
    held.drain(20)
    assert exchanges.inquiries(f"intermediary_{HOME}", record=first.record_id)[0].outcome == "answered"
    opened = Operation.objects.using(WHERE).filter(
        verb="intermediary:held:open", permit_id=first.permit_id, object_index__isnull=False
    )
    assert {entry.actor for entry in opened} == set(OFFICERS)
    page = second.open("intermediary-provisions", TOWN)
    examiner.check(page, "intermediary-provisions")
    Keys(page).choose("#id_outcome", "answered").press("絞り込む").see("二人で決定")
    assert theirs not in page.content()


def propose_release(page: Page) -> Keys:
    Keys(page).to("input[name=decision]").page.keyboard.press("Space")
    return Keys(page).fill("#id_reason", "電話で確認した").press("提案する")


def renew_and_refuse(officer: Person, first: Held, others: list[Held], examiner: Examiner) -> None:
    """A permit is renewed over the real network; two other requests are refused together."""
    page = officer.open("intermediary-held-renew", TOWN, first.permit_id)
    examiner.check(page, "intermediary-held-renew")
    Keys(page).press("更新を求める").see("許可証が更新されました")
    assert ProvisionCase.objects.using(WHERE).get(pk=first.permit_id).expires_at > first.expires_at
    page = officer.open("intermediary-held-refuse", TOWN)
    examiner.check(page, "intermediary-held-refuse")
    keys = Keys(page)
    for entry in others[:2]:
        keys.to(f"input[value='{entry.permit_id}']").page.keyboard.press("Space")
    keys.fill("#id_reason", "法令上の根拠がない").press("不許可を提案する").see("不許可を提案しました")
    proposed = {entry.permit_id: entry.proposed for entry in queries.held(WHERE)}
    assert [proposed[entry.permit_id] for entry in (first, *others[:2])] == [None, "refuse", "refuse"]


def test_everybody_else_sees_no_more_than_is_theirs(held: World, office: Office, examiner) -> None:
    first = queries.held(WHERE)[0]
    numbers = numbers_of(first.permit_id)
    the_inquirer_sees_since_when_and_never_why(office, first, numbers, examiner)
    nobody_opens_another_towns_pages(office, first)
    the_operator_sees_counts_and_ages_and_nobody(office, first, numbers, examiner)
    the_choice_of_towns_is_that_of_ones_rights(office, examiner)


def the_inquirer_sees_since_when_and_never_why(
    office: Office, first: Held, numbers: list[str], examiner: Examiner
) -> None:
    person = office.person(right(Role.INQUIRER_OFFICER, HOME), realm=Realm.PLATFORM, staff_id="p010")
    page = person.open("intermediary-inquiry-towns")
    examiner.check(page, "intermediary-inquiries")
    assert not any(number in page.content() for number in numbers)
    Keys(page).choose("#id_outcome", "held").press("絞り込む").press(first.record_id).see("提供者確認中")
    examiner.check(page, "intermediary-inquiry")
    text = page.inner_text("main")
    assert "から、提供者が確認しています" in text
    assert "自動応答不可" not in text
    assert not any(number in page.content() for number in numbers)
    person.open("intermediary-inquiry", HOME, "none", status=404)


def nobody_opens_another_towns_pages(office: Office, first: Held) -> None:
    stranger = office.person(right(Role.PROVIDER_OFFICER, OTHER), realm=Realm.PLATFORM, staff_id="p020")
    one = [TOWN, first.permit_id]
    for route, arguments in (
        ("intermediary-held", [TOWN]), ("intermediary-held-refuse", [TOWN]), ("intermediary-provisions", [TOWN]),
        ("intermediary-held-one", one), ("intermediary-held-contact", one), ("intermediary-held-propose", one),
        ("intermediary-held-confirm", one), ("intermediary-held-renew", one),
        ("intermediary-inquiries", [OTHER]), ("intermediary-held", ["99999"]),
    ):  # fmt: skip
        stranger.open(route, *arguments, status=403)
    stranger.open("intermediary-held-one", OTHER, first.permit_id, status=404)


def the_operator_sees_counts_and_ages_and_nobody(
    office: Office, first: Held, numbers: list[str], examiner: Examiner
) -> None:
    operator = office.person(Role.PLATFORM_OPERATOR, realm=Realm.PLATFORM, staff_id="p001")
    page = operator.open("intermediary-towns")
    examiner.check(page, "intermediary-towns")
    Keys(page).fill("#id_begins", TOWN).press("絞り込む").press(TOWN).see("副本の版と古さ")
    Keys(page).see("保留（自動応答不可）")
    examiner.check(page, "intermediary-town")
    for secret in (*numbers, first.permit_id, first.record_id):
        assert secret not in page.content()
    operator.open("intermediary-held", TOWN, status=403)
    operator.open("intermediary-town", "99999", status=404)


def the_choice_of_towns_is_that_of_ones_rights(office: Office, examiner: Examiner) -> None:
    for role, staff_id, route in (
        (Role.PROVIDER_OFFICER, "p030", "intermediary-held-towns"),
        (Role.INQUIRER_OFFICER, "p031", "intermediary-inquiry-towns"),
    ):
        rights = [right(role, town) for town in (TOWN, OTHER)]
        page = office.person(*rights, realm=Realm.PLATFORM, staff_id=staff_id).open(route)
        examiner.check(page, route)
        assert page.locator("tbody tr").count() == 2
