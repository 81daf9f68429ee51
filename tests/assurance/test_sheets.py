"""自己点検・内部監査の票: who opens, answers and closes it, in which state, and what the database itself refuses."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import Error, transaction

from tests.clocks import Clock
from tests.systems import city
from todoke.access.permissions import Actor, Held, Role
from todoke.assurance.actions.answer_item import answer_item
from todoke.assurance.actions.close_sheet import close_sheet
from todoke.assurance.actions.confirm_promise import confirm_promise
from todoke.assurance.actions.open_sheet import open_sheet
from todoke.assurance.checks import CHECKS, Site, State, Verdict
from todoke.assurance.findings import findings, open_findings
from todoke.assurance.models import Answer, Confirmation, Finding, Sheet, SheetItem, SheetKind
from todoke.assurance.queries import newest_standings
from todoke.assurance.standings import Standing, own_promises, standings_of
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError

D = city.DIRECTORY


def person(staff_id: str, role: Role) -> Actor:
    return Actor(staff_id=staff_id, held=(Held(role=role, duty="administration"),), verified_at=clock.now())


OPENER, ANSWERER, CLOSER = "m001", "m002", "u001"


def opened() -> int:
    return open_sheet(by=person(OPENER, Role.ADMINISTRATOR), kind=SheetKind.SELF, title="上期")


def answer(
    number: int, said: Answer = Answer.YES, note: str = "", remedy: str = "", due_on: date | None = None
) -> None:
    """The first question."""
    answer_item(
        by=person(ANSWERER, Role.ADMINISTRATOR), sheet_id=number, number=1, answer=said, note=note, remedy=remedy, due_on=due_on
    )  # fmt: skip


def answered(number: int) -> None:
    """Every question but the first, as the table holds it."""
    SheetItem.objects.using(D).filter(sheet=number, number__gt=1).update(
        answer="yes", answered_by=ANSWERER, answered_at=clock.now()
    )


def test_a_sheet_asks_about_every_promise_of_the_realm(city_site: object) -> None:
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        open_sheet(by=person("c001", Role.CLERK), kind=SheetKind.SELF, title="上期")
    with pytest.raises(TodokeError, match="RECORD_INVALID"):
        open_sheet(by=person(OPENER, Role.ADMINISTRATOR), kind=SheetKind.SELF, title=" ")
    items = SheetItem.objects.using(D).filter(sheet=opened()).order_by("number")
    assert [one.promise for one in items] == [one.id for one in own_promises("city")]
    assert {one.checked for one in items} == {"まだ示されていない"}


def test_an_answer_says_why_not_and_may_be_changed_while_the_sheet_is_open(city_site: object) -> None:
    number = opened()
    by = person("c001", Role.CLERK)
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        answer_item(by=by, sheet_id=number, number=1, answer=Answer.YES, note="")
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        answer_item(
            by=person(ANSWERER, Role.ADMINISTRATOR), sheet_id=number, number=9999, answer=Answer.YES, note=""
        )
    today = clock.today()
    for wrong in (
        (" ", "直す", today), ("規程が古い", " ", today), ("規程が古い", "直す", None),
        ("規程が古い", "直す", today - timedelta(days=1)), ("規程が古い", "直す", today + timedelta(days=367)),
    ):  # fmt: skip
        with pytest.raises(TodokeError, match="RECORD_INVALID"):
            answer(number, Answer.NO, *wrong)
    answer(number, Answer.NO, "規程が古い", "直す", today)
    answer(number, remedy="いらない", due_on=today)
    found = SheetItem.objects.using(D).get(sheet=number, number=1)
    assert (found.answer, found.note, found.remedy, found.due_on) == ("yes", "", "", None)
    assert found.answered_by == ANSWERER
    with pytest.raises(Error), transaction.atomic(using=D):
        SheetItem.objects.using(D).filter(pk=found.pk).update(answer="no", note="理由だけ")


def test_what_was_found_is_evidence_until_it_is_mended_and_late_after_its_day(
    city_site: object, moved: Clock
) -> None:
    number = opened()
    answered(number)
    promise = SheetItem.objects.using(D).get(sheet=number, number=1).promise
    answer(number, Answer.NO, "鍵が開いていた", "錠を替える", clock.today() + timedelta(days=7))
    close_sheet(by=person(CLOSER, Role.AUDITOR), sheet_id=number)

    def standing() -> Standing:
        return next(one for one in newest_standings(D, "city") if one.promise.id == promise)

    def late() -> tuple[str, ...]:
        return CHECKS["self_inspection_in_time"].run(Site(realm="city", aliases=(D,))).why

    seen = Confirmation.objects.using(D).get(promise=promise)
    assert (seen.finding, seen.confirmed_by) == ("broken", ANSWERER)
    assert "錠を替える" in seen.note
    assert seen.document == "自己点検「上期」問1"
    assert Confirmation.objects.using(D).filter(finding="kept").count() == len(own_promises("city")) - 1
    assert standing().state is State.BROKEN
    assert (open_findings(D).count(), late()) == (1, ())
    moved.ahead += timedelta(days=8)
    assert "問 1 の改善の期限" in late()[0]
    confirm_promise(
        by=person("m003", Role.ADMINISTRATOR), promise_id=promise, finding=Finding.KEPT, note="錠を替えた", document="",
        valid_until=clock.today(),
    )  # fmt: skip
    assert (findings(D).count(), open_findings(D).count()) == (1, 0)
    assert (standing().state is State.BROKEN, late()) == (False, ())


def test_a_finding_of_a_person_counts_against_a_promise_that_programs_find_kept(city_site: object) -> None:
    promise = "III-A.9-教育-01"
    now = clock.now()
    held = {"training_in_time": Verdict(check="training_in_time", state=State.HELD, why=(), at=now)}
    confirm_promise(
        by=person(CLOSER, Role.AUDITOR), promise_id=promise, finding=Finding.BROKEN, note="教材が古い", document="",
        valid_until=clock.today(),
    )  # fmt: skip
    found = next(one for one in standings_of("city", D, held) if one.promise.id == promise)
    assert found.state is State.BROKEN
    assert "教材が古い" in found.why[0]


def test_a_sheet_is_closed_when_all_is_answered_by_somebody_who_did_neither(city_site: object) -> None:
    number = opened()
    answered(number)
    closer = person(CLOSER, Role.AUDITOR)
    with pytest.raises(TodokeError, match="1 問に答えがありません"):
        close_sheet(by=closer, sheet_id=number)
    answer(number)
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        close_sheet(by=person("m003", Role.ADMINISTRATOR), sheet_id=number)
    for same in (OPENER, ANSWERER):
        with pytest.raises(TodokeError, match="SAME_PERSON"):
            close_sheet(by=person(same, Role.AUDITOR), sheet_id=number)
    with pytest.raises(TodokeError, match="NOT_FOUND"):
        close_sheet(by=closer, sheet_id=9999)
    close_sheet(by=closer, sheet_id=number)
    assert Sheet.objects.using(D).get().closed_by == CLOSER
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        answer(number)
    with pytest.raises(TodokeError, match="STATE_CONFLICT"):
        close_sheet(by=closer, sheet_id=number)


@pytest.mark.parametrize("closer", [OPENER, ANSWERER])
def test_the_database_refuses_the_same_person(city_site: object, closer: str) -> None:
    number = opened()
    answered(number)
    answer(number)
    now = clock.now()
    with pytest.raises(Error), transaction.atomic(using=D):
        Sheet.objects.using(D).filter(pk=number).update(
            state="closed", state_at=now, state_by=closer, closed_by=closer, closed_at=now
        )
    assert Sheet.objects.using(D).get().state == "open"
