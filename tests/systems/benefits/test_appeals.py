"""不服の申出・審査請求: the law's days, an answer by two people, and neither of them took part in the decision."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import Error, transaction

from tests.systems.benefits.test_bank_results import case
from tests.systems.benefits.world import CLERK, CODE, SUPERVISOR, World, decide, household, rows
from todoke.access.permissions import Actor, Role
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs
from todoke.systems.benefits.actions.appeals.hear_appeal import (
    Said,
    answer_appeal,
    draft_answer,
    receive_appeal,
    return_answer,
    withdraw_appeal,
)
from todoke.systems.benefits.models import Appeal
from todoke.systems.benefits.queries.aftermath import appeals
from todoke.systems.benefits.rules.aftermath.appeals import AppealKind, AppealOutcome, deadline

DRAFTER = Actor(staff_id="c009", roles=frozenset({Role.CLERK}))
ANSWERER = Actor(staff_id="s009", roles=frozenset({Role.SUPERVISOR}))
REFUSED = 1


@pytest.fixture
def world(databases: object, tmp_path: Path) -> World:
    """0 was approved; 1 is not eligible and has no number."""
    decide({0: "eligible", REFUSED: "ineligible"})
    world = World(tmp_path, size=1).serve()
    jobs.number_cases(CODE, by=CLERK)
    jobs.receive(CODE, world.write_forms(), by=CLERK)
    jobs.examine(CODE, by=CLERK)
    jobs.approve(CODE, by=SUPERVISOR)
    return world


def said(known: date | None = None, excused: str = "") -> Said:
    today = clock.today()
    return Said(
        kind=AppealKind.OBJECTION,
        grounds="扶養されていない",
        known_on=known or today,
        received_on=today,
        excused=excused,
    )


def appeal(number: str = household(REFUSED), known: date | None = None, excused: str = "") -> Appeal:
    return receive_appeal(programme=CODE, number=number, said=said(known, excused), by=DRAFTER)


def code(found: pytest.ExceptionInfo[TodokeError]) -> ErrorCode:
    return found.value.code


def test_an_appeal_is_answered_by_two_with_its_reason(world: World) -> None:
    made = appeal()
    assert (made.case, made.deadline) == (None, deadline(clock.today(), clock.today()))
    with pytest.raises(TodokeError) as found:
        appeal()
    assert code(found) is ErrorCode.ALREADY_DONE
    with pytest.raises(TodokeError, match="理由"):
        draft_answer(appeal_id=made.pk, outcome=AppealOutcome.UPHELD, answer=" ", by=DRAFTER)
    draft_answer(appeal_id=made.pk, outcome=AppealOutcome.DISMISSED, answer="課税されている", by=DRAFTER)
    return_answer(appeal_id=made.pk, by=ANSWERER)
    both = Actor(staff_id="b009", roles=frozenset({Role.CLERK, Role.SUPERVISOR}))
    draft_answer(appeal_id=made.pk, outcome=AppealOutcome.UPHELD, answer="扶養の申出を確かめた", by=both)
    with pytest.raises(TodokeError) as found:
        answer_appeal(appeal_id=made.pk, by=both)
    assert code(found) is ErrorCode.SAME_PERSON
    assert appeals.to_answer("s009") == 1
    answer_appeal(appeal_id=made.pk, by=ANSWERER)
    done = appeals.one(made.pk)
    assert (done.state, done.outcome, done.drafted_by, done.answered_by) == (
        "answered",
        "upheld",
        "b009",
        "s009",
    )
    assert appeal().pk != made.pk  # a later decision may be appealed again


def test_nobody_hears_an_appeal_against_their_own_decision(world: World) -> None:
    made = appeal(case(0).case_number)
    assert made.case_id == case(0).pk
    with pytest.raises(TodokeError) as found:
        draft_answer(appeal_id=made.pk, outcome=AppealOutcome.DISMISSED, answer="x", by=CLERK)
    assert code(found) is ErrorCode.SAME_PERSON
    draft_answer(appeal_id=made.pk, outcome=AppealOutcome.DISMISSED, answer="x", by=DRAFTER)
    with pytest.raises(TodokeError) as found:
        answer_appeal(appeal_id=made.pk, by=SUPERVISOR)
    assert code(found) is ErrorCode.SAME_PERSON
    for person in ("c001", "s001", "c009"):  # examiner, approver, drafter
        with pytest.raises(Error), transaction.atomic(using="benefits"):
            rows(
                "UPDATE benefits_appeal SET state = 'answered', answered_by = %s, answered_at = now()", person
            )
    with pytest.raises(Error), transaction.atomic(using="benefits"):
        rows("UPDATE benefits_appeal SET grounds = 'x'")
    withdraw_appeal(appeal_id=made.pk, by=DRAFTER)


def test_a_late_one_is_taken_and_only_rejected_unless_it_is_excused(world: World) -> None:
    real = clock.now
    with pytest.MonkeyPatch.context() as past:
        past.setattr(clock, "now", lambda: real() - timedelta(days=200))
        decide({REFUSED: "ineligible"})
    made = appeal(known=clock.today() - timedelta(days=120))
    assert made.received_on > made.deadline
    with pytest.raises(TodokeError, match="却下だけ"):
        draft_answer(appeal_id=made.pk, outcome=AppealOutcome.UPHELD, answer="x", by=DRAFTER)
    draft_answer(appeal_id=made.pk, outcome=AppealOutcome.REJECTED, answer="期限を過ぎた", by=DRAFTER)
    answer_appeal(appeal_id=made.pk, by=ANSWERER)
    excused = appeal(known=clock.today() - timedelta(days=120), excused="入院していた")
    draft_answer(appeal_id=excused.pk, outcome=AppealOutcome.UPHELD, answer="x", by=DRAFTER)
    with pytest.raises(Error, match="appeal_late_is_rejected"), transaction.atomic(using="benefits"):
        rows(
            "INSERT INTO benefits_appeal (programme, household_key, kind, grounds, decided_on, known_on, received_on, deadline,"
            " excused, answer_by, state, state_at, state_by, received_at, received_by, outcome, answer) VALUES (%s, 'x',"
            " 'objection', 'x', '2022-01-01', '2022-01-01', '2022-04-02', '2022-04-01', '', '2022-06-01', 'received', now(), 'x',"
            " now(), 'x', 'upheld', 'x')", CODE,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("known", "decided", "last"),
    [
        (date(2022, 4, 1), date(2022, 4, 1), date(2022, 7, 1)),
        (date(2022, 11, 30), date(2022, 11, 1), date(2023, 2, 28)),
        (date(2023, 3, 1), date(2022, 4, 1), date(2023, 4, 1)),  # a year after the decision at the latest
        (date(2023, 11, 30), date(2023, 11, 30), date(2024, 2, 29)),
    ],
)
def test_the_last_day(known: date, decided: date, last: date) -> None:
    assert deadline(known, decided) == last
    assert last - decided >= timedelta(days=89)
