"""承認: never one's own work, never above one's limit, never what changed since; sent back with a reason; every one in the log."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.systems.benefits.test_form_entry import ONE, TWO, case, enter, opened, scan
from tests.systems.benefits.test_hand_examination import ALL, PASSED, examine
from tests.systems.benefits.test_money_guards import copy_row, refused
from tests.systems.benefits.world import CLERK, CODE, PROGRAMME, SUPERVISOR, World, decide, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.examination.approve_applications import Approved, approve_applications
from todoke.systems.benefits.actions.examination.return_examination import return_examination
from todoke.systems.benefits.actions.examination.set_approval_limit import (
    ask_limit,
    confirm_limit,
    withdraw_limit,
)
from todoke.systems.benefits.queries.examination import approval_limits
from todoke.systems.benefits.queries.examination import approving as reads
from todoke.systems.benefits.rules.examination import approval
from todoke.systems.benefits.rules.examination.approval import Limit

MANAGER = Actor(staff_id="m001", roles=frozenset({Role.SECTION_MANAGER}))
BOTH = Actor(staff_id=ONE.staff_id, roles=frozenset({Role.CLERK, Role.SUPERVISOR}))
SIZE = 3


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    return opened(tmp_path)


@pytest.fixture
def examined(world: World) -> World:
    """Every household's form came in a file and passed."""
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    return world


def approve(by: Actor, **seen: int) -> Approved:
    return approve_applications(programme=PROGRAMME, by=by, **seen)


def error(code: ErrorCode, work: object) -> None:
    with pytest.raises(TodokeError) as found:
        work()
    assert found.value.code is code


def test_limits_are_dated_and_of_a_programme() -> None:
    lines = (
        Limit(since=date(2021, 4, 1), yen=100), Limit(since=date(2022, 4, 1), yen=200),
        Limit(since=date(2022, 1, 1), yen=50, programme="p"),
    )  # fmt: skip
    days = [date(2021, 3, 31), date(2021, 4, 1), date(2022, 3, 31), date(2022, 4, 1)]
    assert [approval.limit(lines, "q", day) for day in days] == [0, 100, 100, 200]
    assert [approval.limit(lines, "p", day) for day in days] == [0, 100, 50, 50]


@pytest.mark.usefixtures("examined")
def test_every_approved_household_stands_in_the_log() -> None:
    found = reads.prospect(PROGRAMME, SUPERVISOR)
    assert (found.tally.count, found.tally.yen, len(found.sample), found.changed) == (
        SIZE,
        SIZE * 100_000,
        SIZE,
        [],
    )
    assert found.sample == reads.prospect(PROGRAMME, SUPERVISOR).sample
    error(ErrorCode.STATE_CONFLICT, lambda: approve(SUPERVISOR, expected=SIZE - 1))
    error(ErrorCode.STATE_CONFLICT, lambda: approve(SUPERVISOR, expected=SIZE, expected_yen=1))
    approve(SUPERVISOR, expected=SIZE, expected_yen=SIZE * 100_000)
    logged = Operation.objects.using("benefits").filter(verb="benefits:application:approve", outcome="done")
    assert [(one.actor, one.persons, one.object_type) for one in logged] == [
        ("s001", 1, "case_number")
    ] * SIZE
    assert len({bytes(one.object_index) for one in logged}) == SIZE
    assert rows("SELECT DISTINCT level, limit_yen FROM benefits_approval") == [("chief", 300_000)]


@pytest.mark.usefixtures("world")
def test_own_work_is_left_out_and_the_database_refuses_it() -> None:
    """Who keyed or examined a form does not approve it, also with every role."""
    paper = scan(0)
    for by in (ONE, TWO):
        enter(paper, by)
    form = rows("SELECT id FROM benefits_application")[0][0]
    examine(0, form, PASSED, checks=ALL)
    assert reads.prospect(PROGRAMME, BOTH).tally.own == 1
    error(ErrorCode.SAME_PERSON, lambda: approve(BOTH))
    insert = (
        "INSERT INTO benefits_approval (examination_id, case_id, outcome, examined_by, amount_yen, limit_yen, approved_at,"
        " approved_by) SELECT id, case_id, 'passed', examined_by, {amount}, 300000, now(), %s FROM benefits_examination"
    )
    assert refused(insert.format(amount=100_000), "k001") == "approver_did_not_key"
    assert refused(insert.format(amount=100_000), "k003") == "approver_is_not_examiner"
    assert refused(insert.format(amount=300_001), "s001") == "approval_within_limit"
    found = approve(SUPERVISOR)
    assert (found.approved, found.own) == (1, 0)


@pytest.mark.usefixtures("databases")
def test_a_limit_is_set_by_two_people_from_a_day_on_and_never_changed() -> None:
    today, both = (
        clock.today(),
        Actor(staff_id="b001", roles=frozenset({Role.SUPERVISOR, Role.SECTION_MANAGER})),
    )

    def ask(
        by: Actor = SUPERVISOR, since: date = today, yen: int = 99_999, why: str = "第5条", **of: str
    ) -> int:
        return ask_limit(since=since, yen=yen, reason=why, by=by, **of).pk

    for given, expected in (
        ({"why": " "}, ErrorCode.RECORD_INVALID), ({"since": today - timedelta(days=1)}, ErrorCode.RECORD_INVALID),
        ({"yen": 10_000_001}, ErrorCode.RECORD_INVALID), ({"by": CLERK}, ErrorCode.PERMISSION_DENIED),
        ({"by": MANAGER}, ErrorCode.PERMISSION_DENIED), ({"programme": "none"}, ErrorCode.NOT_FOUND),
    ):  # fmt: skip
        error(expected, lambda given=given: ask(**given))
    line = ask(both)
    error(ErrorCode.SAME_PERSON, lambda: confirm_limit(limit_id=line, by=both))
    error(ErrorCode.PERMISSION_DENIED, lambda: confirm_limit(limit_id=line, by=SUPERVISOR))
    withdraw_limit(limit_id=line, by=SUPERVISOR)
    error(ErrorCode.STATE_CONFLICT, lambda: confirm_limit(limit_id=line, by=MANAGER))
    assert approval_limits.limit(CODE, today) == 300_000
    confirm_limit(limit_id=ask(since=today + timedelta(days=1), yen=1), by=MANAGER)
    assert approval_limits.limit(CODE, today) == 300_000, "from tomorrow on"
    for yen in (400_000, 50_000):
        confirm_limit(limit_id=ask(yen=yen), by=MANAGER)
        assert approval_limits.limit(CODE, today) == yen
    for statement in ("UPDATE {} SET yen = 1", "DELETE FROM {}", "UPDATE {} SET state = 'asked'"):
        assert refused(statement.format("benefits_approval_limit"))
    alone = "UPDATE benefits_approval_limit SET state = 'confirmed', confirmed_by = asked_by, state_at = now() WHERE id = %s"
    assert refused(alone, ask()) == "benefits_approval_limit_distinct_persons"


@pytest.mark.usefixtures("examined")
def test_above_the_limit_the_manager_approves() -> None:
    line = ask_limit(since=clock.today(), yen=99_999, reason="決裁規程 第5条", by=SUPERVISOR)
    assert reads.prospect(PROGRAMME, SUPERVISOR).limit_yen == 300_000, "asked, not confirmed"
    confirm_limit(limit_id=line.pk, by=MANAGER)
    found = reads.prospect(PROGRAMME, SUPERVISOR)
    assert (found.tally.count, found.tally.above, found.limit_yen) == (0, SIZE, 99_999)
    assert approve(SUPERVISOR).approved == 0
    assert approve(MANAGER).approved == SIZE
    assert rows("SELECT DISTINCT level, approved_by FROM benefits_approval") == [("manager", "m001")]


def test_what_changed_since_the_examination_is_shown_and_not_approved(examined: World) -> None:
    examined.people[0] |= {"left_on": date(2022, 3, 2), "left_reason": "死亡"}
    examined.people[1] |= {"name_kana": "サトウ ハナコ"}
    examined.serve()
    found = reads.prospect(PROGRAMME, SUPERVISOR)
    assert [row.codes for row in found.changed] == ["PAYEE_DIED", "NAME_DIFFERS"]
    decide({0: "eligible", 1: "eligible", 2: "ineligible"})
    found = reads.prospect(PROGRAMME, SUPERVISOR)
    assert ([row.codes for row in found.changed], found.tally.count) == (
        ["PAYEE_DIED", "NAME_DIFFERS", "NOT_ELIGIBLE"],
        0,
    )
    done = approve(SUPERVISOR)
    assert (done.approved, done.held_back) == (0, SIZE)
    assert rows("SELECT count(*) FROM benefits_approval") == [(0,)]


@pytest.mark.usefixtures("examined")
def test_what_is_sent_back_is_examined_by_a_person() -> None:
    target = case(0)

    def send(by: Actor, reason: str = "3", note: str = "") -> None:
        return_examination(case_id=target.pk, reason=reason, note=note, by=by)

    error(ErrorCode.RECORD_INVALID, lambda: send(SUPERVISOR, "9"))
    error(ErrorCode.RECORD_INVALID, lambda: send(SUPERVISOR, ""))
    error(ErrorCode.PERMISSION_DENIED, lambda: send(CLERK))
    error(ErrorCode.SAME_PERSON, lambda: send(Actor(staff_id="c001", roles=frozenset({Role.SUPERVISOR}))))
    send(SUPERVISOR)
    assert (case(0).state, reads.returns(target.pk)[0].reason) == ("received", "3")
    own = copy_row("benefits_approval_return", examination_id="(SELECT max(id) FROM benefits_examination)")
    assert refused(own) == "approval_return_examined"
    again = "INSERT INTO benefits_approval (examination_id, case_id, examined_by, outcome, amount_yen, limit_yen, approved_at, approved_by) SELECT examination_id, case_id, examined_by, 'passed', 1, 1, now(), 's001' FROM benefits_approval_return"  # fmt: skip
    assert refused(again) == "approval_not_returned"
    assert "append-only" in refused("DELETE FROM benefits_approval_return")
    decide(dict.fromkeys(range(SIZE), "eligible"))
    jobs.examine(CODE, by=CLERK)  # the job leaves it alone
    assert case(0).state == "received"
    error(ErrorCode.STATE_CONFLICT, lambda: send(SUPERVISOR))
    assert approve(SUPERVISOR).approved == SIZE - 1
    form = rows("SELECT id FROM benefits_application WHERE case_id = %s", target.pk)[0][0]
    examine(0, form, PASSED, checks=ALL)
    assert approve(SUPERVISOR).approved == 1
    # out of what was approved, too, before any money is reserved: the next look is a person's
    send(SUPERVISOR, "5")
    assert case(0).state == "received"
    examine(0, form, PASSED, checks=ALL)
    assert approve(SUPERVISOR).approved == 1
    jobs.prepare_payment(CODE, by=SUPERVISOR)
    error(ErrorCode.STATE_CONFLICT, lambda: send(SUPERVISOR))
    late = "INSERT INTO benefits_approval_return (examination_id, case_id, examined_by, reason, note, returned_at, returned_by) SELECT examination_id, case_id, examined_by, '3', '', now(), 's002' FROM benefits_approval ORDER BY id LIMIT 1"  # fmt: skip
    assert refused(late) == "return_before_approval"
