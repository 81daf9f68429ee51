"""承認: never one's own work, never above one's limit, never what changed since; sent back with a reason; every one in the log."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.systems.benefits.test_form_entry import ONE, TWO, case, enter, opened, scan
from tests.systems.benefits.test_hand_examination import ALL, PASSED, examine
from tests.systems.benefits.test_money_guards import copy_row, refused
from tests.systems.benefits.world import CLERK, CODE, PROGRAMME, SUPERVISOR, World, decide, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.examination.approve_applications import Approved, approve_applications
from todoke.systems.benefits.actions.examination.return_examination import return_examination
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


def test_limits_are_dated_and_of_a_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (
        Limit(since=date(2021, 4, 1), yen=100), Limit(since=date(2022, 4, 1), yen=200),
        Limit(since=date(2022, 1, 1), yen=50, programme="p"),
    )  # fmt: skip
    monkeypatch.setattr(approval, "LIMITS", lines)
    days = [date(2021, 3, 31), date(2021, 4, 1), date(2022, 3, 31), date(2022, 4, 1)]
    assert [approval.limit("q", day) for day in days] == [0, 100, 100, 200]
    assert [approval.limit("p", day) for day in days] == [0, 100, 50, 50]


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


@pytest.mark.usefixtures("examined")
def test_above_the_limit_the_manager_approves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approval, "LIMITS", (Limit(since=date(2021, 1, 1), yen=99_999),))
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
    late = "INSERT INTO benefits_approval_return (examination_id, case_id, examined_by, reason, note, returned_at, returned_by) SELECT examination_id, case_id, examined_by, '3', '', now(), 's002' FROM benefits_approval ORDER BY id LIMIT 1"  # fmt: skip
    assert refused(late) == "return_before_approval"
