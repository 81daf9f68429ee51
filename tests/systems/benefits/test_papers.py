"""文書台帳: where each sheet lies, its way from box to box, and its end by two people after its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.systems.benefits.test_intake import INTO, OTHER, scan
from tests.systems.benefits.test_money_guards import refused
from tests.systems.benefits.world import CLERK, CODE, TREASURER, World, decide, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.intake.open_box import open_box
from todoke.systems.benefits.actions.intake.scan_form import Into
from todoke.systems.benefits.actions.papers.approve_disposal import approve_disposal
from todoke.systems.benefits.actions.papers.dispose_papers import (
    propose_disposal,
    withdraw_disposal,
)
from todoke.systems.benefits.actions.papers.move_papers import move_into_box, send_out
from todoke.systems.benefits.actions.papers.place_box import place_box
from todoke.systems.benefits.models import Box, Paper, PaperMove
from todoke.systems.benefits.queries.intake import paper_lists

LONG_AGO = date(2020, 3, 1)
OLD = Into(programme=INTO.programme, box="A-1", received_on=LONG_AGO)
BOTH = Actor(staff_id="s001", roles=frozenset({Role.CLERK, Role.SUPERVISOR}))


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    decide(dict.fromkeys(range(4), "eligible"))
    jobs.number_cases(CODE, by=CLERK)
    for label in ("A-1", "B-2"):
        open_box(label=label, place="本庁3階", by=CLERK)
    return World(tmp_path, size=4).serve()


@pytest.fixture
def declined(world: World) -> World:
    """Two old sheets of cases that were declined, one old sheet of a case that is still open."""
    for place in range(3):
        scan(place, into=OLD)
    world.forms = {
        place: {**world.forms[place], "declines": "1", "received_on": "2022-03-01"} for place in (0, 1)
    }
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    return world


def box(label: str = "A-1") -> Box:
    return Box.objects.using("benefits").get(label=label)


def papers() -> list[Paper]:
    return list(Paper.objects.using("benefits").select_related("box").order_by("id"))


def code(action: object) -> ErrorCode:
    with pytest.raises(TodokeError) as error:
        action()  # type: ignore[operator]
    return error.value.code


def proposing(received_until: date, *, reason: str) -> Callable[[], object]:
    return partial(propose_disposal, box_id=box().pk, received_until=received_until, reason=reason, by=CLERK)


@pytest.mark.usefixtures("world")
def test_a_sheet_is_followed_from_box_to_box_and_back() -> None:
    scan(0)
    (paper,) = papers()
    move_into_box(papers=[paper.pk], box="ｂ-2", by=CLERK)
    send_out(papers=[paper.pk], sent_to="審査担当", by=CLERK)
    assert paper_lists.sheet(paper.pk).where == "持出先：審査担当（箱 B-2 から）"
    assert code(lambda: send_out(papers=[paper.pk], sent_to="別の人", by=OTHER)) is ErrorCode.STATE_CONFLICT
    assert scan(0, by=OTHER).first is not None
    move_into_box(papers=[paper.pk], box="A-1", by=OTHER)
    assert paper_lists.sheet(paper.pk).where == "箱 A-1（本庁3階）"
    place_box(box_id=box().pk, place="地下書庫", by=CLERK)
    assert paper_lists.sheet(paper.pk).where == "箱 A-1（地下書庫）"
    kinds = [one.kind for one in PaperMove.objects.using("benefits").order_by("id")]
    assert kinds == ["moved", "sent", "returned"]
    assert code(lambda: move_into_box(papers=[paper.pk], box="Z-9", by=CLERK)) is ErrorCode.NOT_FOUND
    assert code(lambda: send_out(papers=[paper.pk], sent_to=" ", by=CLERK)) is ErrorCode.RECORD_INVALID
    assert code(lambda: send_out(papers=[paper.pk + 1], sent_to="x", by=CLERK)) is ErrorCode.NOT_FOUND
    assert (
        code(lambda: move_into_box(papers=[paper.pk], box="A-1", by=TREASURER)) is ErrorCode.PERMISSION_DENIED
    )
    logged = Operation.objects.using("benefits").filter(
        verb="benefits:paper:move", subject__startswith="papers"
    )
    assert logged.count() == 3
    assert "append-only" in refused("UPDATE benefits_paper_move SET sent_to = 'nobody'")


@pytest.mark.usefixtures("declined")
def test_sheets_end_by_two_people_after_their_time_and_when_the_case_has_ended() -> None:
    found = propose_disposal(box_id=box().pk, received_until=LONG_AGO, reason="満了", by=CLERK)
    assert found.papers == 2
    first = papers()[0]
    assert code(lambda: move_into_box(papers=[first.pk], box="B-2", by=CLERK)) is ErrorCode.STATE_CONFLICT
    assert code(proposing(LONG_AGO, reason="満了")) is ErrorCode.STATE_CONFLICT
    assert code(lambda: approve_disposal(disposal_id=found.pk, by=CLERK)) is ErrorCode.PERMISSION_DENIED
    withdraw_disposal(disposal_id=found.pk, by=CLERK)
    assert {one.disposal_id for one in papers()} == {None}
    found = propose_disposal(box_id=box().pk, received_until=LONG_AGO, reason="満了", by=BOTH)
    assert code(lambda: approve_disposal(disposal_id=found.pk, by=BOTH)) is ErrorCode.SAME_PERSON
    other = Actor(staff_id="s002", roles=frozenset({Role.SUPERVISOR}))
    assert approve_disposal(disposal_id=found.pk, by=other) == 2
    assert [one.state for one in papers()] == ["disposed", "disposed", "held"]
    assert code(lambda: approve_disposal(disposal_id=found.pk, by=other)) is ErrorCode.STATE_CONFLICT
    assert code(proposing(LONG_AGO, reason="満了")) is ErrorCode.NOT_FOUND


@pytest.mark.usefixtures("declined")
def test_nothing_is_destroyed_before_its_time_not_even_by_sql() -> None:
    young = clock.today() - timedelta(days=5 * 365)
    assert code(proposing(young, reason="満了")) is ErrorCode.RECORD_INVALID
    assert code(proposing(LONG_AGO, reason=" ")) is ErrorCode.RECORD_INVALID
    found = propose_disposal(box_id=box().pk, received_until=LONG_AGO, reason="満了", by=CLERK)
    assert refused("UPDATE benefits_paper SET state = 'disposed'") == "benefits_paper_disposed_proved"
    own = "UPDATE benefits_paper_disposal SET state = 'approved', approved_by = 'c001', approved_at = now()"
    assert refused(own) == "benefits_paper_disposal_distinct_persons"
    assert "fixed" in refused("UPDATE benefits_paper_disposal SET received_until = '2026-01-01'")
    assert "stays in its box" in refused(f"UPDATE benefits_paper SET box_id = {box('B-2').pk}")
    assert rows("SELECT count(*) FROM benefits_paper WHERE disposal_id = %s", found.pk) == [(2,)]


@pytest.mark.usefixtures("world")
def test_lists_by_box_state_and_number() -> None:
    scan(0)
    scan(1, into=Into(programme=INTO.programme, box="B-2", received_on=INTO.received_on))
    number = paper_lists.sheets(box="B-2")[0].number
    assert [one.box for one in paper_lists.sheets(number=number)] == ["B-2"]
    assert len(paper_lists.sheets(state="held")) == 2
    assert [(one.label, one.held) for one in paper_lists.boxes()] == [("A-1", 1), ("B-2", 1)]
    assert code(lambda: paper_lists.sheet(0)) is ErrorCode.NOT_FOUND
