"""受付の読み取り: one arrival a case whatever the route; every other sheet has its own sentence; undo; raw SQL refused."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from tests.systems.benefits.test_money_guards import refused
from tests.systems.benefits.world import CLERK, CODE, PROGRAMME, SUPERVISOR, TREASURER, World, decide, rows
from todoke.access.permissions import Actor, Role
from todoke.identifiers import case_number
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.intake.open_box import open_box
from todoke.systems.benefits.actions.intake.scan_form import Into, Scan, keep_second, scan_form
from todoke.systems.benefits.actions.intake.undo_scan import undo_scan
from todoke.systems.benefits.models import Arrival, Case, Paper
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.intake import answers as intake
from todoke.systems.benefits.rules.intake.answers import SAID, Answer

OTHER = Actor(staff_id="c002", roles=frozenset({Role.CLERK}))
INTO = Into(programme=PROGRAMME, box="A-1", received_on=date(2022, 3, 1))
SIZE = 6


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    decide(dict.fromkeys(range(SIZE), "eligible"))
    jobs.number_cases(CODE, by=CLERK)
    open_box(label="ａ-1", place="本庁3階", by=CLERK)
    return World(tmp_path, size=SIZE).serve()


def number(place: int) -> str:
    return Case.objects.using("benefits").order_by("serial")[place].case_number


def state(place: int) -> str:
    return Case.objects.using("benefits").order_by("serial")[place].state


def scan(place: int, by: Actor = CLERK, into: Into = INTO) -> Scan:
    return scan_form(into=into, number=number(place), by=by)


@given(st.integers(1, 999), st.integers(1, 10**9 - 1), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_never_taken_for_another_case(
    programme: int, serial: int, place: int, more: int
) -> None:
    good = case_number.mint(programme, serial)
    bad = f"{good[:place]}{(int(good[place]) + more) % 10}{good[place + 1 :]}"
    assert case_number.is_valid(good)
    assert not case_number.is_valid(bad)


@given(st.integers(1, 999), st.integers(1, 10**9 - 1), st.integers(0, 11))
def test_two_neighbouring_digits_exchanged_are_noticed_but_for_09(
    programme: int, serial: int, place: int
) -> None:
    good = case_number.mint(programme, serial)
    pair = good[place : place + 2]
    bad = f"{good[:place]}{pair[::-1]}{good[place + 2 :]}"
    assert case_number.is_valid(bad) == (bad == good or pair in ("09", "90"))


@given(st.text(max_size=20))
def test_whatever_a_scanner_sends_is_a_number_or_misread(text: str) -> None:
    typed = intake.typed(text)
    assert case_number.is_valid(typed) == (len(typed) == 13 and case_number.is_valid(typed))
    assert case_number.is_valid(intake.typed("１０１-00000 0001-3")) == case_number.is_valid("1010000000013")


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_paper_is_kept_five_whole_years(received: date) -> None:
    first = intake.disposable_from(received)
    assert first > date(received.year + 5, received.month, min(received.day, 28))
    assert (first - received).days <= 5 * 365 + 4


def test_every_answer_has_a_sentence_of_its_own() -> None:
    assert set(SAID) == set(Answer)
    assert len({said.what for said in SAID.values()}) == len(Answer)
    assert all(said.todo for answer, said in SAID.items() if answer.stops)
    assert all(intake.answer_to(one) in Answer for one in CaseState)


@pytest.mark.usefixtures("world")
def test_a_sheet_is_received_once_and_lies_in_its_box() -> None:
    found = scan(0)
    assert (found.answer, state(0)) == (Answer.ACCEPTED, "received")
    paper = Paper.objects.using("benefits").select_related("box", "arrival").get()
    assert (paper.kind, paper.box.label, paper.box.place) == ("form", "A-1", "本庁3階")
    assert scan(0).answer is Answer.TWICE
    again = scan(0, by=OTHER)
    assert again.answer is Answer.DUPLICATE
    assert again.first is not None
    assert (again.first.by, again.first.box, again.first.paper_id) == ("c001", "A-1", paper.pk)
    assert Arrival.objects.using("benefits").count() == 1
    kept = keep_second(into=INTO, number=number(0), by=OTHER)
    assert kept.answer is Answer.KEPT
    assert [one.kind for one in Paper.objects.using("benefits").order_by("id")] == ["form", "duplicate"]
    with pytest.raises(TodokeError) as error:
        keep_second(into=INTO, number=number(1), by=OTHER)
    assert error.value.code is ErrorCode.STATE_CONFLICT
    logged = Operation.objects.using("benefits").filter(verb="benefits:form:scan").order_by("id")
    assert [(one.outcome, one.persons) for one in logged] == [("done", 1), ("done", 1), ("refused", 0)]


@pytest.mark.usefixtures("world")
def test_what_is_not_of_this_programme_stops_with_its_sentence() -> None:
    other = next(one for one in programmes.every() if one.code != CODE)
    for text, answer in (
        (case_number.mint(other.number, 1), Answer.OTHER_PROGRAMME),
        (case_number.mint(PROGRAMME.number, 99), Answer.UNKNOWN),
        (case_number.mint(999, 1), Answer.UNKNOWN),
        ("4902777000000", Answer.MISREAD),
        ("12", Answer.MISREAD),
    ):
        assert scan_form(into=INTO, number=text, by=CLERK).answer is answer, text
    assert Arrival.objects.using("benefits").count() == 0


@pytest.mark.parametrize(
    ("change", "answer"),
    [({"declines": "1"}, Answer.DECLINED), ({"bank_code": "9999"}, Answer.CORRECTION), ({}, Answer.PAID)],
)
def test_a_declined_deficient_or_paid_case_says_so(
    world: World, tmp_path: Path, change: dict[str, str], answer: Answer
) -> None:
    world.forms = {0: {**world.forms[0], **change}}
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    if answer is Answer.PAID:
        jobs.approve(CODE, by=SUPERVISOR)
        jobs.prepare_payment(CODE, by=SUPERVISOR)
        jobs.release_payment(CODE, by=TREASURER)
        jobs.write_bank_files(CODE, tmp_path, by=TREASURER)
    before = state(0)
    assert scan(0).answer is answer
    assert state(0) == before
    assert Arrival.objects.using("benefits").filter(channel="file").count() == 1
    papers = [one.kind for one in Paper.objects.using("benefits").all()]
    assert papers == (["correction"] if answer is Answer.CORRECTION else [])


def test_mail_and_on_line_of_one_household_are_one_arrival(world: World) -> None:
    """会計検査院 / 2020: the same household by post and on-line, both paid."""
    scan(0)
    scan(1)
    world.forms = {
        0: {**world.forms[0], "route": "電子"},
        1: {**world.forms[1], "route": "郵送"},
        2: {**world.forms[2], "route": "電子"},
    }
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    refusals = dict(rows("SELECT household_key, refusal FROM benefits_application ORDER BY household_key"))
    assert list(refusals.values()) == ["duplicate", "", ""]
    assert Arrival.objects.using("benefits").count() == 3
    found = scan(2)
    assert found.answer is Answer.DUPLICATE
    assert found.first is not None
    assert (found.first.channel, found.first.box) == ("file", "")
    assert jobs.examine(CODE, by=CLERK)
    assert state(0) == "received"


@pytest.mark.usefixtures("world")
def test_two_stations_with_the_same_household_receive_it_once() -> None:
    answers: list[Answer] = []
    gate = threading.Barrier(8)

    def station(name: int) -> None:
        by = replace(CLERK, staff_id=f"c1{name}")
        gate.wait()
        try:
            answers.extend(scan(place, by=by).answer for place in range(SIZE))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=station, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(answers)) == [Answer.ACCEPTED, Answer.DUPLICATE]
    assert answers.count(Answer.ACCEPTED) == SIZE
    assert len(answers) == 8 * SIZE


def test_the_last_own_sheet_of_today_is_undone_and_may_come_again(world: World) -> None:
    scan(0)
    scan(1)
    scan(2, by=OTHER)
    assert undo_scan(by=CLERK).number == number(1)
    assert (state(0), state(1), state(2)) == ("received", "numbered", "received")
    assert scan(1, by=OTHER).answer is Answer.ACCEPTED
    assert Arrival.objects.using("benefits").filter(undone_at__isnull=False).count() == 1
    assert undo_scan(by=CLERK).number == number(0)
    with pytest.raises(TodokeError) as error:
        undo_scan(by=CLERK)
    assert error.value.code is ErrorCode.NOT_FOUND
    world.forms = {2: world.forms[2]}
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    assert undo_scan(by=OTHER).number == number(1)
    with pytest.raises(TodokeError) as error:
        undo_scan(by=OTHER)
    assert error.value.code is ErrorCode.STATE_CONFLICT
    logged = Operation.objects.using("benefits").filter(verb="benefits:form:undo").count()
    assert logged == 3


@pytest.mark.usefixtures("world")
def test_yesterday_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    scan(0)
    later = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(TodokeError) as error:
        undo_scan(by=CLERK)
    assert error.value.code is ErrorCode.NOT_FOUND


@pytest.mark.usefixtures("world")
def test_who_may_not_receive_and_where_no_box_is_changes_nothing() -> None:
    for action in (
        lambda: scan(0, by=TREASURER),
        lambda: undo_scan(by=TREASURER),
        lambda: scan(0, into=replace(INTO, box="B-9")),
        lambda: scan(0, into=replace(INTO, received_on=clock.today() + timedelta(days=1))),
        lambda: open_box(label="箱の1", place="", by=CLERK),
    ):
        with pytest.raises(TodokeError):
            action()
    assert state(0) == "numbered"
    assert Paper.objects.using("benefits").count() == 0


def test_raw_sql_can_neither_double_nor_unmake_an_arrival(world: World) -> None:
    scan(0)
    columns = "programme, case_id, channel, received_on, before_state, arrived_at, arrived_by"
    again = f"INSERT INTO benefits_arrival ({columns}) SELECT {columns} FROM benefits_arrival"
    assert refused(again) == "arrival_once_per_case"
    assert "rows stay" in refused("DELETE FROM benefits_arrival")
    assert "fixed" in refused("UPDATE benefits_arrival SET arrived_by = 'c999'")
    assert (
        refused("UPDATE benefits_arrival SET undone_at = now(), undone_by = 'c999'")
        == "arrival_undone_by_its_own"
    )
    back = "UPDATE benefits_case SET state = 'numbered' WHERE state = 'received'"
    assert refused(back) == "benefits_case_not_undone"
    assert refused("UPDATE benefits_case SET state = 'received' WHERE state = 'numbered'") == (
        "benefits_case_received_proved"
    )
    world.forms = {0: world.forms[0]}
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    assert refused("UPDATE benefits_arrival SET undone_at = now(), undone_by = 'c001'") == (
        "arrival_undone_before_entry"
    )
    stray = (
        "INSERT INTO benefits_application (programme, case_id, household_key, received_on, route, declines, bank_code,"
        " branch_code, account_type, account_number, account_holder_kana, refusal, source_sha256, source_row,"
        " received_at, received_by) SELECT programme, id, household_key, now(), '', false, '', '', '', '', '', '', 'x', 1,"
        " now(), 'c001' FROM benefits_case WHERE state = 'numbered' LIMIT 1"
    )
    assert refused(stray) == "application_arrived"
    assert "fixed" in refused("UPDATE benefits_paper SET kind = 'duplicate', arrival_id = NULL")
    assert refused("UPDATE benefits_paper SET state = 'disposed'") == "benefits_paper_disposed_proved"
