"""電話の応対: two items of the caller's own before anything is said, three before the amount; protected people like nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import Error, transaction

from tests.systems.benefits import townspeople
from tests.systems.benefits.townspeople import address, born, name, settle
from tests.systems.benefits.world import CLERK, CODE, World, decide, household, rows
from todoke.access.permissions import Actor, Role
from todoke.identifiers import case_number
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.calls.answer_call import Answer, check_caller, open_call, read_call
from todoke.systems.benefits.actions.calls.note_call import note_call, return_call
from todoke.systems.benefits.actions.households.note_contact import note_contact
from todoke.systems.benefits.models import Call, Case, Resident
from todoke.systems.benefits.queries.aftermath import calls
from todoke.systems.benefits.rules.aftermath.calls import NOBODY, Depth, Item, depth, masked

OPERATOR = Actor(staff_id="k001", roles=frozenset({Role.CALL_OPERATOR}), purpose="電話での問い合わせへの回答")
UNCASED, HIDDEN, LATER_HIDDEN = 3, 4, 5


@pytest.fixture
def town(databases: object, tmp_path: Path) -> World:
    """0 has sent the form in, 1 and 2 not; 3 is not eligible; 4 is protected; 5 will be."""
    settle(6, hidden=frozenset({HIDDEN}))
    outcomes = {n: "ineligible" if n == UNCASED else "eligible" for n in range(6)}
    decide(outcomes, protected=frozenset({HIDDEN}))
    world = World(tmp_path, size=1).serve()
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    return world


def number(of: int) -> str:
    return Case.objects.using("benefits").get(household_key=household(of)).case_number


def answer(**said: object) -> Answer:
    opened = open_call(said={Item(key): value for key, value in said.items()}, by=OPERATOR)
    return read_call(call_id=opened.pk, by=OPERATOR)


def test_number_and_birth_date_tell_at_once_what_is_asked_most(town: World) -> None:
    found = answer(number=number(0), born=born(0))
    assert found.depth is Depth.TELLING
    assert found.say == "返送していただいた確認書が届いていて、いま内容を確かめています。"
    assert found.standing is not None
    assert wareki(found.standing.arrived_on) == "令和4年3月1日"
    assert (found.amount_yen, found.notes) == (None, [])  # more is said only to whoever tells more
    assert masked(found.name) == "港　●"
    looks = Operation.objects.using("benefits").filter(verb__startswith="benefits:call:")
    assert {(one.purpose, one.actor) for one in looks} == {(OPERATOR.purpose, "k001")}
    assert {one.object_type for one in looks} == {"case_number", "resident_code"}


def test_the_number_alone_says_nothing_and_a_third_item_opens_the_amount(town: World) -> None:
    found = answer(number=number(0))
    assert found.depth is Depth.ASKING
    assert (found.say, found.name, found.state, found.standing) == ("", "", None, None)
    call = found.call.pk
    assert not check_caller(
        call_id=call, item=Item.ADDRESS, said="横浜市西区みなとみらい", by=OPERATOR
    )  # no house number
    assert check_caller(call_id=call, item=Item.ADDRESS, said="西区みなとみらい1-1", by=OPERATOR)
    assert read_call(call_id=call, by=OPERATOR).amount_yen is None
    assert check_caller(call_id=call, item=Item.NAME, said=f"みなと　{name(0)}", by=OPERATOR)
    more = read_call(call_id=call, by=OPERATOR)
    assert (more.depth, more.amount_yen) == (Depth.OPEN, 100_000)
    with pytest.raises(TodokeError, match="もう一致"):
        check_caller(call_id=call, item=Item.NAME, said=f"みなと　{name(0)}", by=OPERATOR)


def test_three_wrong_answers_end_the_call_also_for_the_database(town: World) -> None:
    call = answer(number=number(0)).call.pk
    person = Resident.objects.using("benefits").get(kana_key__endswith=name(0))
    note_contact(person=person.pk, number="045-671-2121", source="確認書", by=CLERK)
    for item, said in ((Item.NAME, "ミナト　ン"), (Item.BORN, born(1)), (Item.PHONE, "045-671-2122")):
        assert not check_caller(call_id=call, item=item, said=said, by=OPERATOR)
    stopped = read_call(call_id=call, by=OPERATOR)
    assert (stopped.depth, stopped.say, stopped.name) == (Depth.STOPPED, "", "")
    with pytest.raises(TodokeError) as refused:
        check_caller(call_id=call, item=Item.PHONE, said="045-671-2121", by=OPERATOR)
    assert refused.value.code is ErrorCode.STATE_CONFLICT
    with pytest.raises(Error, match="three wrong"), transaction.atomic(using="benefits"):
        rows(
            "INSERT INTO benefits_call_check (call_id, item, agreed, at, by) VALUES (%s, 'phone', true, now(), 'x')",
            call,
        )


def test_a_protected_person_is_like_nobody_at_all(town: World) -> None:
    """日野市 2023: an address was told by people who did not know; so nobody here knows even that there is one."""
    unknown = case_number.mint(1, 999)
    answers = [
        answer(number=number(HIDDEN), born=born(HIDDEN)), answer(number=unknown, born=born(HIDDEN)),
        answer(name=f"ミナト　{name(HIDDEN)}", born=born(HIDDEN)), answer(name="ミナト　ン", born=born(0)),
    ]  # fmt: skip
    seen = [replace(one, call=None) for one in answers]
    assert all(one == seen[0] for one in seen)
    assert not seen[0].open
    kept = [
        (one.case_id, one.resident_code, one.household_key) for one in Call.objects.using("benefits").all()
    ]
    assert set(kept) == {(None, "", "")}
    # the look itself stands in the log of the person, for the auditor
    looked = Operation.objects.using("benefits").filter(
        verb="benefits:call:answer", object_type="resident_code"
    )
    assert looked.count() == 2
    # protected after the call began
    call = answer(number=number(LATER_HIDDEN), born=born(LATER_HIDDEN)).call.pk
    rows(
        "UPDATE benefits_resident SET protected = true, hidden = true WHERE birth_date = %s",
        born(LATER_HIDDEN),
    )
    assert not read_call(call_id=call, by=OPERATOR).open
    with pytest.raises(TodokeError):
        check_caller(call_id=call, item=Item.ADDRESS, said=address(LATER_HIDDEN), by=OPERATOR)


def test_a_name_leads_only_to_one_person_and_also_without_a_number(town: World) -> None:
    assert answer(name=f"みなと {name(UNCASED)}", born=born(UNCASED)).say.startswith(
        "世帯の中に住民税がかかっている方"
    )
    twin = Resident.objects.using("benefits").get(birth_date=born(1))
    rows(
        "UPDATE benefits_resident SET birth_date = %s, kana_key = %s WHERE birth_date = %s",
        born(1),
        twin.kana_key,
        born(2),
    )
    assert not answer(
        name=f"みなと {name(1)}", born=born(1)
    ).open  # 総点検 2023: a name and a birth date are not one person
    for said in ({Item.NAME: "ミナト"}, {Item.BORN: born(1)}, {Item.NUMBER: number(1)[:-1] + "x"}):
        with pytest.raises(TodokeError):
            open_call(said=said, by=OPERATOR)


def test_a_call_is_the_operators_own_and_ends(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    call = answer(number=number(0), born=born(0)).call.pk
    other = replace(OPERATOR, staff_id="k002")
    with pytest.raises(TodokeError, match="見つかりません"):
        read_call(call_id=call, by=other)
    real = clock.now
    monkeypatch.setattr(calls, "clock", SimpleNamespace(now=lambda: real() + timedelta(minutes=61)))
    with pytest.raises(TodokeError, match="終わっています"):
        read_call(call_id=call, by=OPERATOR)
    for by, code in ((replace(OPERATOR, purpose=""), ErrorCode.PURPOSE_MISSING), (replace(OPERATOR, roles=frozenset()), ErrorCode.PERMISSION_DENIED)):  # fmt: skip
        with pytest.raises(TodokeError) as refused:
            open_call(said={Item.NUMBER: number(0)}, by=by)
        assert refused.value.code is code


def test_whoever_cannot_be_told_is_called_back_once(town: World) -> None:
    call = answer(number=number(HIDDEN)).call.pk
    with pytest.raises(TodokeError, match="折り返しの電話番号"):
        note_call(call_id=call, text="支払日を知りたい", number="123", call_back=True, by=OPERATOR)
    note = note_call(
        call_id=call, text="支払日を知りたい", number="０４５-671-2121", call_back=True, by=OPERATOR
    )
    (waiting,) = calls.to_call_back()
    assert (waiting.phone, waiting.number, waiting.case_number) == ("0456712121", number(HIDDEN), None)
    with pytest.raises(TodokeError) as denied:
        return_call(note_id=note.pk, text="済み", by=OPERATOR)
    assert denied.value.code is ErrorCode.PERMISSION_DENIED
    return_call(note_id=note.pk, text="本人に伝えた", by=CLERK)
    assert (calls.to_call_back(), calls.waiting()) == ([], 0)
    with pytest.raises(TodokeError) as again:
        return_call(note_id=note.pk, text="本人に伝えた", by=CLERK)
    assert again.value.code is ErrorCode.ALREADY_DONE
    # a number that nobody has verified identifies nobody
    assert not rows("SELECT id FROM benefits_contact")


@pytest.mark.parametrize(
    ("agreed", "misses", "expected"),
    [((), 0, Depth.ASKING), ((Item.NUMBER,), 2, Depth.ASKING), ((Item.NUMBER, Item.BORN), 2, Depth.TELLING),
     ((Item.NUMBER, Item.BORN, Item.NAME), 2, Depth.OPEN), ((Item.NUMBER, Item.BORN, Item.NAME), 3, Depth.STOPPED)],
)  # fmt: skip
def test_how_much_is_said(agreed: tuple[Item, ...], misses: int, expected: Depth) -> None:
    assert depth(agreed, misses) is expected


def test_what_is_read_out_is_a_sentence_and_tells_nothing() -> None:
    assert NOBODY.endswith("。")
    assert "支援" not in NOBODY
    assert masked("𠮷田　花子") == "𠮷●　●●"
    assert townspeople.born(3) != townspeople.born(4)
