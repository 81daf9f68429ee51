"""読み取り: one sheet at the scanner: received, or an answer why not. A few statements, for fifty stations at once.

The case is not moved by the runner, which makes a table for each move. Order of locks, as in receive_forms: the
arrival first, then the case; whoever comes second finds the arrival of the first, by the unique constraint.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.identifiers import case_number
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.entry import Outcome
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.intake import answers as intake
from todoke.systems.benefits.rules.intake.answers import Answer
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"
VERB = "benefits:form:scan"
_LOOK = """
SELECT c.id, c.state, a.arrived_at, a.arrived_by, a.channel, p.id, b.label, b.place,
    (SELECT max(own.registered_at) FROM benefits_paper own
     WHERE own.case_id = c.id AND own.registered_by = %(by)s AND own.state = 'held'),
    (SELECT id FROM benefits_box WHERE label = %(box)s)
FROM benefits_case c
LEFT JOIN benefits_arrival a ON a.case_id = c.id AND a.undone_at IS NULL
LEFT JOIN benefits_paper p ON p.arrival_id = a.id
LEFT JOIN benefits_box b ON b.id = p.box_id
WHERE c.programme = %(programme)s AND c.case_number = %(number)s
"""
_ARRIVE = """
WITH arrived AS (
    INSERT INTO benefits_arrival (programme, case_id, channel, received_on, before_state, arrived_at, arrived_by)
    VALUES (%(programme)s, %(case)s, 'scan', %(received_on)s, %(state)s, %(now)s, %(by)s)
    ON CONFLICT (case_id) WHERE undone_at IS NULL DO NOTHING RETURNING id
)
INSERT INTO benefits_paper (case_id, arrival_id, kind, received_on, box_id, state, state_at, state_by, registered_at, registered_by)
SELECT %(case)s, arrived.id, 'form', %(received_on)s, %(box_id)s, 'held', %(now)s, %(by)s, %(now)s, %(by)s
FROM arrived RETURNING id
"""
_KEEP = """
INSERT INTO benefits_paper (case_id, kind, received_on, box_id, state, state_at, state_by, registered_at, registered_by)
VALUES (%(case)s, %(kind)s, %(received_on)s, %(box_id)s, 'held', %(now)s, %(by)s, %(now)s, %(by)s) RETURNING id
"""
_MOVE = """
UPDATE benefits_case SET state = 'received', state_at = %(now)s, state_by = %(by)s WHERE id = %(case)s AND state = %(state)s
"""


@dataclass(frozen=True, kw_only=True)
class First:
    """The arrival that counts: when, by whom, how, and where the sheet lies (no sheet when it came in a file)."""

    case_id: int
    at: datetime | None = None
    by: str = ""
    channel: str = ""
    paper_id: int | None = None
    box: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What a sheet was answered; `first` when the case is ours."""

    answer: Answer
    number: str
    first: First | None = None
    programme: str = ""


@dataclass(frozen=True, kw_only=True)
class Into:
    """Where a session of scanning puts its sheets: programme, box, day of receipt."""

    programme: Programme
    box: str
    received_on: date


def scan_form(*, into: Into, number: str, by: Actor) -> Scan:
    """Receive the sheet with that number, or say why not; nothing but the log changes then.

    Errors: NOT_FOUND for a box that was not opened; RECORD_INVALID for a day of receipt still to come.
    """
    require(by, Permission.BENEFITS_RECEIVE)
    _check(into)
    typed = intake.typed(number)
    elsewhere = _elsewhere(into.programme, typed)
    if elsewhere is not None:
        with transaction.atomic(using=ALIAS):
            _log(elsewhere, into, by)
        return elsewhere
    with transaction.atomic(using=ALIAS):
        found = _receive(into, typed, by)
        _log(found, into, by)
    return found


def keep_second(*, into: Into, number: str, by: Actor) -> Scan:
    """Put a second sheet of a received case into the box, so that the register knows it. Errors: as scan_form;
    NOT_FOUND for no such case; STATE_CONFLICT when the case still waits for its form."""
    require(by, Permission.BENEFITS_RECEIVE)
    _check(into)
    typed = intake.typed(number)
    with transaction.atomic(using=ALIAS):
        values = _values(into, typed, by)
        seen = _look(values)
        if seen is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="その番号の世帯")
        state, first, _ = seen
        if not intake.answer_to(state).has_case:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この世帯はまだ受け付けていません")
        postgres.fetch(ALIAS, _KEEP, {**values, "case": first.case_id, "kind": "duplicate"})
        about = Person("case_number", typed)
        record(ALIAS, by=by, verb="benefits:form:keep", subject=f"box {into.box}", persons=1, about=about)
    return Scan(answer=Answer.KEPT, number=typed, first=first)


def _check(into: Into) -> None:
    if into.received_on > clock.today():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="受付日が今日より後です")


def _elsewhere(programme: Programme, typed: str) -> Scan | None:
    """The answer to what cannot be a case of the programme, before the database is asked."""
    if not case_number.is_valid(typed):
        return Scan(answer=Answer.MISREAD, number="")
    prefix = f"{programme.number:03d}"
    if typed.startswith(prefix):
        return None
    known = next((one.name for one in programmes.every() if typed.startswith(f"{one.number:03d}")), "")
    answer = Answer.OTHER_PROGRAMME if known else Answer.UNKNOWN
    return Scan(answer=answer, number=typed, programme=known)


def _receive(into: Into, typed: str, by: Actor) -> Scan:
    values = _values(into, typed, by)
    seen = _look(values)
    if seen is None:
        return Scan(answer=Answer.UNKNOWN, number=typed)
    state, first, own_at = seen
    found = Scan(answer=intake.answer_to(state), number=typed, first=first)
    if own_at is not None and values["now"] - own_at < intake.TWICE_READ:
        return replace(found, answer=Answer.TWICE)
    values |= {"case": first.case_id, "state": state.value}
    if found.answer is Answer.CORRECTION:
        ((paper,),) = postgres.fetch(ALIAS, _KEEP, {**values, "kind": "correction"})
        return replace(found, first=replace(first, paper_id=paper))
    if found.answer is not Answer.ACCEPTED:
        return found
    kept = postgres.fetch(ALIAS, _ARRIVE, values)
    if not kept:
        return _second(values, found)
    if postgres.execute(ALIAS, _MOVE, values) != 1:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="同じ世帯が同時に処理されました")
    return replace(found, first=replace(first, paper_id=kept[0][0], box=into.box))


def _second(values: dict[str, Any], found: Scan) -> Scan:
    """Another station was first by a moment."""
    seen = _look(values)
    assert seen is not None
    return replace(found, answer=Answer.DUPLICATE, first=seen[1])


def _values(into: Into, typed: str, by: Actor) -> dict[str, Any]:
    return {
        "programme": into.programme.code,
        "box": into.box,
        "received_on": into.received_on,
        "number": typed,
        "now": clock.now(),
        "by": by.staff_id,
    }


def _look(values: dict[str, Any]) -> tuple[CaseState, First, datetime | None] | None:
    """State, first arrival, and when the person put a sheet of it away; None for no such case. Fills in `box_id`."""
    rows = postgres.fetch(ALIAS, _LOOK, values)
    if not rows:
        return None
    case, state, at, who, channel, paper, box, place, own_at, values["box_id"] = rows[0]
    if values["box_id"] is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"箱 {values['box']}")
    first = First(
        case_id=case, at=at, by=who or "", channel=channel or "", paper_id=paper, box=box or "", place=place or ""
    )  # fmt: skip
    return CaseState(state), first, own_at


def _log(scan: Scan, into: Into, by: Actor) -> None:
    outcome = Outcome.REFUSED if scan.answer.stops else Outcome.DONE
    about = Person("case_number", scan.number) if scan.number else None
    subject = f"programme {into.programme.code} box {into.box} {scan.answer.value}"
    persons = int(not scan.answer.stops)
    record(ALIAS, by=by, verb=VERB, subject=subject, persons=persons, outcome=outcome, about=about)
