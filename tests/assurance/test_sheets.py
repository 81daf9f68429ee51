"""自己点検・内部監査の票: who opens, answers and closes it, in which state, and what the database itself refuses."""

from __future__ import annotations

import pytest
from django.db import Error, transaction

from tests.systems import city
from todoke.access.permissions import Actor, Held, Role
from todoke.assurance.actions.answer_item import answer_item
from todoke.assurance.actions.close_sheet import close_sheet
from todoke.assurance.actions.open_sheet import open_sheet
from todoke.assurance.models import Answer, Sheet, SheetItem, SheetKind
from todoke.assurance.standings import own_promises
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError

D = city.DIRECTORY


def person(staff_id: str, role: Role) -> Actor:
    return Actor(staff_id=staff_id, held=(Held(role=role, duty="administration"),), verified_at=clock.now())


OPENER, ANSWERER, CLOSER = "m001", "m002", "u001"


def opened() -> int:
    return open_sheet(by=person(OPENER, Role.ADMINISTRATOR), kind=SheetKind.SELF, title="上期")


def answer(
    number: int, question: int = 1, said: Answer = Answer.YES, note: str = "", staff_id: str = ANSWERER
) -> None:
    by = person(staff_id, Role.ADMINISTRATOR)
    answer_item(by=by, sheet_id=number, number=question, answer=said, note=note)


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
        answer(number, question=9999)
    with pytest.raises(TodokeError, match="RECORD_INVALID"):
        answer(number, said=Answer.NO, note=" ")
    answer(number, said=Answer.NO, note="規程が古い")
    answer(number)
    found = SheetItem.objects.using(D).get(sheet=number, number=1)
    assert (found.answer, found.note, found.answered_by) == ("yes", "", ANSWERER)


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
