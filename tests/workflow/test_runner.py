"""The runner and the generated guards on a table of their own: set-based, all or none, also against raw SQL."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import pytest
from django.db import IntegrityError, connections, transaction

from todoke.access.permissions import Actor, Permission, Role
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.sites.database.postgres import Server
from todoke.sites.database.provision import owner_connection
from todoke.sites.instance import Instance
from todoke.workflow.flow import Flow, Step
from todoke.workflow.guards import Act, distinct_persons, state_starts, state_steps
from todoke.workflow.runner import Rows, move, of

ALIAS = "residents"
SUPERVISOR = Actor(staff_id="s1", roles=frozenset({Role.SUPERVISOR}))
OTHER = Actor(staff_id="s2", roles=frozenset({Role.SUPERVISOR}))
TREASURER = Actor(staff_id="t1", roles=frozenset({Role.TREASURER, Role.SUPERVISOR}))
CLERK = Actor(staff_id="c1", roles=frozenset({Role.CLERK}))


class Paper(StrEnum):
    DRAFT = "draft"
    CHECKED = "checked"
    RELEASED = "released"


FLOW = Flow(
    name="paper",
    title="書類",
    table="test_paper",
    states=Paper,
    starts=(Paper.DRAFT,),
    ends=(Paper.RELEASED,),
    reason="why",
    steps=(
        Step(
            before=Paper.DRAFT,
            after=Paper.CHECKED,
            permissions=(Permission.BENEFITS_APPROVE,),
            act="checked_by",
            unlike=("drafted_by",),
            approvals=1,
        ),
        Step(
            before=Paper.CHECKED,
            after=Paper.RELEASED,
            permissions=(Permission.BENEFITS_RELEASE,),
            act="released_by",
            unlike=("drafted_by", "checked_by"),
            approvals=2,
        ),
    ),
)
_ACTS = [
    Act(before=step.before, after=step.after, act=step.act, unlike=step.unlike, approvals=step.approvals)
    for step in FLOW.steps
]
_TABLE = """
CREATE TABLE test_paper (id bigint PRIMARY KEY, state text NOT NULL, state_at timestamptz, state_by text, why text,
    drafted_by text, checked_by text, checked_at timestamptz, released_by text, released_at timestamptz)
"""


@pytest.fixture(scope="module")
def _table(instance: Instance, server: Server) -> Iterator[None]:
    operations = (
        state_steps("test_paper", {"draft": ("checked",), "checked": ("released",)}),
        state_starts("test_paper", ("draft",)),
        distinct_persons("test_paper", _ACTS),
    )
    with owner_connection(instance, server, instance.owner(ALIAS)) as owner:
        owner.execute(_TABLE)
        for operation in operations:
            owner.execute(str(operation.sql).encode())
        try:
            yield
        finally:
            connections.close_all()
            for operation in reversed(operations):
                owner.execute(str(operation.reverse_sql).encode())  # undoing works, too
            owner.execute("DROP TABLE test_paper")


@pytest.fixture
def _papers(databases: object, instance: Instance, server: Server, _table: None) -> Iterator[None]:
    sql("INSERT INTO test_paper (id, state, drafted_by) SELECT n, 'draft', 'c1' FROM generate_series(1, 5) n")
    yield
    with owner_connection(instance, server, instance.owner(ALIAS)) as owner:
        owner.execute("TRUNCATE test_paper")


pytestmark = pytest.mark.usefixtures("_papers")


def sql(statement: str) -> list[tuple[object, ...]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def run(rows: Rows, to: Paper, by: Actor, reason: str = "確認済") -> int:
    return move(ALIAS, FLOW, rows, to=to, by=by, reason=reason)


EVERY = Rows(where="true")


def test_a_condition_moves_a_set_with_one_log_entry() -> None:
    assert run(Rows(where="r.id <= %(last)s", values={"last": 3}), Paper.CHECKED, SUPERVISOR) == 3
    assert sql(
        "SELECT count(*), min(checked_by), min(state_by), min(why) FROM test_paper WHERE state = 'checked'"
    ) == [(3, "s1", "s1", "確認済")]
    (entry,) = Operation.objects.using(ALIAS).all()
    assert (entry.verb, entry.subject, entry.persons) == ("benefits:application:approve", "paper:checked", 3)


def test_a_temporary_table_chooses_rows() -> None:
    with transaction.atomic(using=ALIAS):
        sql("CREATE TEMPORARY TABLE chosen ON COMMIT DROP AS SELECT 2::bigint AS id")
        assert run(Rows(where="r.id IN (SELECT id FROM chosen)"), Paper.CHECKED, SUPERVISOR) == 1


def test_a_whole_chain_needs_three_people() -> None:
    run(EVERY, Paper.CHECKED, SUPERVISOR)
    both = Actor(staff_id="s1", roles=frozenset({Role.TREASURER, Role.SUPERVISOR}))
    with pytest.raises(TodokeError) as refused:
        run(EVERY, Paper.RELEASED, both)
    assert refused.value.code is ErrorCode.SAME_PERSON
    assert refused.value.details["count"] == 5
    assert run(EVERY, Paper.RELEASED, TREASURER) == 5


def test_one_row_that_does_not_fit_stops_all() -> None:
    run(of(FLOW, [1]), Paper.CHECKED, SUPERVISOR)
    with pytest.raises(TodokeError, match="5 件のうち 1 件") as refused:
        run(EVERY, Paper.CHECKED, SUPERVISOR)
    assert refused.value.code is ErrorCode.STATE_CONFLICT
    assert sql("SELECT count(*) FROM test_paper WHERE state = 'draft'") == [(4,)]
    assert Operation.objects.using(ALIAS).count() == 1


@pytest.mark.parametrize(
    ("rows", "by", "reason", "code"),
    [
        (EVERY, CLERK, "x", ErrorCode.PERMISSION_DENIED),
        (EVERY, SUPERVISOR, " ", ErrorCode.RECORD_INVALID),
        (of(FLOW, [1, 99]), SUPERVISOR, "x", ErrorCode.STATE_CONFLICT),
        (Rows(where="true", expected=4), SUPERVISOR, "x", ErrorCode.STATE_CONFLICT),
    ],
)
def test_refusals_leave_nothing_behind(rows: Rows, by: Actor, reason: str, code: ErrorCode) -> None:
    with pytest.raises(TodokeError) as refused:
        run(rows, Paper.CHECKED, by, reason)
    assert refused.value.code is code
    assert sql("SELECT DISTINCT state FROM test_paper") == [("draft",)]
    assert Operation.objects.using(ALIAS).count() == 0


def test_an_earlier_act_that_is_missing_is_no_approval() -> None:
    sql("INSERT INTO test_paper (id, state) VALUES (9, 'draft')")
    with pytest.raises(TodokeError, match="先に必要な承認がありません"):
        run(of(FLOW, [9]), Paper.CHECKED, SUPERVISOR)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE test_paper SET state = 'released', released_by = 't1'",  # a step left out
        "UPDATE test_paper SET state = 'checked', checked_by = 'c1'",  # maker = checker
        "UPDATE test_paper SET state = 'checked'",  # nobody checked
        "UPDATE test_paper SET state = 'checked', checked_by = 'c1', drafted_by = 'x'",  # the maker exchanged meanwhile
        "UPDATE test_paper SET checked_by = 's1'",  # an act without its step
        "INSERT INTO test_paper (id, state, drafted_by) VALUES (9, 'checked', 'c1')",
        "INSERT INTO test_paper (id, state, drafted_by, checked_by) VALUES (9, 'draft', 'c1', 's1')",
        "DELETE FROM test_paper",
    ],
)
def test_bulk_sql_of_the_application_role_cannot_break_it(statement: str) -> None:
    with pytest.raises(IntegrityError):
        sql(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE test_paper SET state = 'released', released_by = 's1'",
        "UPDATE test_paper SET state = 'released', released_by = 'c1'",
        "UPDATE test_paper SET state = 'released', released_by = 's1', checked_by = 's9'",
        "UPDATE test_paper SET state = 'draft'",
        "UPDATE test_paper SET checked_by = NULL",
    ],
)
def test_nor_can_it_after_the_first_act(statement: str) -> None:
    run(EVERY, Paper.CHECKED, SUPERVISOR)
    with pytest.raises(IntegrityError):
        sql(statement)


def test_two_runners_at_once_move_each_row_once() -> None:
    """The second one waits for the lock and then finds the rows moved."""
    from concurrent.futures import ThreadPoolExecutor

    def attempt(by: Actor) -> str:
        try:
            return str(run(EVERY, Paper.CHECKED, by))
        except TodokeError as error:
            return error.code.name
        finally:
            connections[ALIAS].close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, [SUPERVISOR, OTHER])) == ["5", "STATE_CONFLICT"]
