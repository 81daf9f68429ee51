"""From the printer to the post: counts that must agree, letters that are taken out, a second person; whatever was tried in a city."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.systems.benefits.test_money_guards import refused
from tests.systems.benefits.world import CLERK, CODE, SUPERVISOR, World, decide, resident, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.mailings.confirm_dispatch import confirm_dispatch
from todoke.systems.benefits.actions.mailings.count_sheets import count_sheets
from todoke.systems.benefits.actions.mailings.hand_over import hand_over
from todoke.systems.benefits.actions.mailings.match_register import match_register
from todoke.systems.benefits.queries.letters import mailings
from todoke.systems.benefits.rules.letters.mailing_state import SheetCount
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

BOTH = Actor(staff_id="c001", roles=frozenset({Role.CLERK, Role.SUPERVISOR}))


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    """Seven letters, printed."""
    world = World(tmp_path, size=7).serve()
    decide(dict.fromkeys(range(7), "eligible"))
    jobs.number_cases(CODE, by=CLERK)
    jobs.print_letters(CODE, tmp_path, by=CLERK)
    return world


def handed() -> int:
    return int(hand_over(programme=CODE, by=CLERK, expected=7).pk)


def counted(printed: int = 14, spoiled: int = 0, reprinted: int = 0, enclosed: int = 7) -> list[SheetCount]:
    return [
        SheetCount(
            kind="forms", route="確認書", printed=printed, spoiled=spoiled, reprinted=reprinted, enclosed=enclosed
        )
    ]  # fmt: skip


def matched() -> int:
    mailing = handed()
    assert not count_sheets(mailing_id=mailing, counts=counted(), by=CLERK)
    match_register(mailing_id=mailing, office=SAMPLE_CITY, by=CLERK)
    return mailing


def code_of(attempt: object) -> ErrorCode:
    with pytest.raises(TodokeError) as caught:
        attempt()
    return caught.value.code


def test_a_sheet_too_few_or_too_many_holds_the_mailing(world: World) -> None:
    """Kamakura 2023, Iga 2022, Nobeoka 2024: somebody got another person's sheet, because a spoiled one was missing or left over."""
    mailing = handed()
    assert code_of(handed) is ErrorCode.NOT_FOUND
    found = count_sheets(mailing_id=mailing, counts=counted(spoiled=2, enclosed=6), by=CLERK)
    assert found == [
        "確認書：使える枚数が 12 枚（印刷 14－損紙 2＋刷り直し 0）で、渡した 14 枚と合いません。",
        "確認書：封入した通数が 6 通で、渡した 7 通と合いません。",
    ]
    assert mailings.one(mailing).state == "handed"
    assert refused("UPDATE benefits_mailing SET state = 'counted'") == "benefits_mailing_counted_proved"
    assert count_sheets(mailing_id=mailing, counts=counted(spoiled=2, reprinted=2), by=CLERK) == []
    assert mailings.one(mailing).state == "counted"
    assert rows("SELECT number, spoiled, reprinted FROM benefits_printer_count ORDER BY id") == [
        (1, 2, 0), (2, 2, 2),
    ]  # fmt: skip


def test_hirakawa_2024_who_died_or_moved_after_the_printing_gets_no_letter(world: World) -> None:
    """Hirakawa 2024: 20 letters to the dead, 33 to former addresses. Yokohama 2019: 410 to former addresses. Hino 2023: an address
    that had become secret."""
    mailing = handed()
    count_sheets(mailing_id=mailing, counts=counted(), by=CLERK)
    world.people[0] |= {"left_on": date(2022, 2, 3), "left_reason": "死亡"}
    world.people[1] |= {"left_on": date(2022, 2, 3), "left_reason": "転出"}
    world.people[2]["address"] = "神奈川県横浜市中区本町6丁目50番地の10"
    world.people[3]["protected"] = True
    world.people[4]["name_kanji"] = "𠮷田 新姓"
    del world.people[5]
    world.serve()
    assert match_register(mailing_id=mailing, office=SAMPLE_CITY, by=CLERK) == 6
    found = mailings.one(mailing)
    assert mailings.reasons(found) == {
        "changed": 2, "died": 1, "moved_out": 1, "protected": 1, "unknown": 1,
    }  # fmt: skip
    assert [row.position for row in mailings.pulled(found)] == [1, 2, 3, 4, 5, 6]
    posted = rows(
        "SELECT c.payee_resident_code FROM benefits_letter l JOIN benefits_case c ON c.id = l.case_id"
        " WHERE NOT EXISTS (SELECT FROM benefits_pull p WHERE p.letter_id = l.id)"
    )
    assert posted == [(resident(6),)]


def test_what_is_no_longer_wanted_is_taken_out(world: World, tmp_path: Path) -> None:
    mailing = handed()
    count_sheets(mailing_id=mailing, counts=counted(), by=CLERK)
    world.forms = {2: world.forms[2]}
    jobs.receive(CODE, world.write_forms(), by=CLERK)  # applied on line meanwhile
    decide({number: "ineligible" if number == 4 else "eligible" for number in range(7)})
    assert match_register(mailing_id=mailing, office=SAMPLE_CITY, by=CLERK) == 2
    assert [row.position for row in mailings.pulled(mailings.one(mailing))] == [3, 5]


def test_the_post_gets_what_a_second_person_counted(world: World) -> None:
    mailing = matched()
    sent = {"mailing_id": mailing, "office": SAMPLE_CITY}
    assert code_of(lambda: confirm_dispatch(**sent, taken_out=0, posted=7, by=BOTH)) is ErrorCode.SAME_PERSON
    assert (
        code_of(lambda: confirm_dispatch(**sent, taken_out=1, posted=6, by=SUPERVISOR))
        is ErrorCode.STATE_CONFLICT
    )
    confirm_dispatch(mailing_id=mailing, taken_out=0, posted=7, office=SAMPLE_CITY, by=SUPERVISOR)
    assert rows("SELECT state, handed_by, confirmed_by FROM benefits_mailing") == [
        ("dispatched", "c001", "s001"),
    ]  # fmt: skip
    assert (
        code_of(lambda: match_register(mailing_id=mailing, office=SAMPLE_CITY, by=CLERK))
        is ErrorCode.STATE_CONFLICT
    )


def test_a_register_that_came_after_the_matching_is_matched_first(world: World) -> None:
    mailing = matched()
    assert (
        code_of(lambda: match_register(mailing_id=mailing, office=SAMPLE_CITY, by=CLERK))
        is ErrorCode.STATE_CONFLICT
    )
    world.people[1] |= {"left_on": date(2022, 2, 4), "left_reason": "死亡"}
    world.serve()
    sent = {"mailing_id": mailing, "office": SAMPLE_CITY, "by": SUPERVISOR}
    assert code_of(lambda: confirm_dispatch(**sent, taken_out=0, posted=7)) is ErrorCode.STATE_CONFLICT
    assert match_register(mailing_id=mailing, office=SAMPLE_CITY, by=CLERK) == 1
    assert world.register is not None
    fresh = world.register
    world.register = msgspec.structs.replace(fresh, sealed_at=clock.now() - timedelta(hours=25))
    assert code_of(lambda: confirm_dispatch(**sent, taken_out=1, posted=6)) is ErrorCode.REGISTER_OLD
    world.register = fresh
    confirm_dispatch(**sent, taken_out=1, posted=6)
    assert mailings.one(mailing).state == "dispatched"


def test_the_database_refuses_a_dispatch_by_hand(world: World) -> None:
    mailing = matched()
    now = "state_at = now(), confirmed_at = now()"
    same = f"UPDATE benefits_mailing SET state = 'dispatched', {now}, confirmed_by = 'c001'"
    assert refused(same) == "benefits_mailing_distinct_persons"
    alone = f"UPDATE benefits_mailing SET state = 'dispatched', {now}"
    assert refused(alone) == "benefits_mailing_distinct_persons"
    fewer = f"UPDATE benefits_mailing SET state = 'dispatched', {now}, confirmed_by = 's001', pulled = 3"
    assert refused(fewer) == "benefits_mailing_dispatched_proved"
    assert "append-only" in refused("DELETE FROM benefits_mailing_file WHERE mailing_id = %s", mailing)
    assert "append-only" in refused("DELETE FROM benefits_printer_count")
    assert (
        refused(
            "INSERT INTO benefits_mailing_file (mailing_id, file_id) SELECT mailing_id, file_id FROM benefits_mailing_file"
        )
        == "benefits_mailing_file_file_id_key"
    )
