"""承認: a member of staff other than the examiner approves everything that passed and is within their limit, in one act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record_many
from todoke.systems.benefits.queries.examination import approval_limits, approving
from todoke.systems.benefits.queries.examination.approving import Tally
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"

_APPROVE = """
INSERT INTO benefits_approval (
    examination_id, case_id, outcome, examined_by, amount_yen, level, limit_yen, approved_at, approved_by
)
SELECT examination_id, case_id, 'passed', examined_by, amount_yen, %(level)s, %(limit)s, %(now)s, %(by)s
FROM passed_cases WHERE kept_from = '' ORDER BY examination_id
"""
_MOVE = """
UPDATE benefits_case c SET state = 'approved', state_at = %(now)s, state_by = %(by)s
FROM passed_cases p WHERE p.case_id = c.id AND p.kept_from = ''
"""
_NUMBERS = "SELECT case_number FROM passed_cases WHERE kept_from = '' ORDER BY case_number"


@dataclass(frozen=True, kw_only=True)
class Approved:
    """How many were approved with how much. `held_back`: they would not pass the checks of today; `own`: the approver
    examined or keyed them; `above`: more than the approver's limit."""

    approved: int
    approved_yen: int
    held_back: int
    own: int
    above: int


def approve_applications(
    *, programme: Programme, by: Actor, expected: int | None = None, expected_yen: int | None = None
) -> Approved:
    """Approve every passed case that the checks of today pass, too, that is not the approver's own work and not above
    their limit, all at once, with an entry of the log for each.

    With `expected` and `expected_yen`, the count and sum that the approver saw, others are refused (STATE_CONFLICT).
    SAME_PERSON when there is nothing but the approver's own work: then nothing is approved.
    """
    require(by, Permission.BENEFITS_APPROVE)
    changed = approving.changed_since(programme)
    with transaction.atomic(using=ALIAS):
        tally = approving.choose(programme, changed, by, lock=True)
        _check(tally, expected, expected_yen)
        values: dict[str, Any] = {
            "level": approving.level(by).value,
            "limit": approval_limits.limit(programme.code, clock.today()),
            "now": clock.now(),
            "by": by.staff_id,
        }
        postgres.execute(ALIAS, _APPROVE, values)
        postgres.execute(ALIAS, _MOVE, values)
        subject = f"programme {programme.code}"
        record_many(ALIAS, by=by, verb="benefits:application:approve", subject=subject, about=_persons())
    return Approved(
        approved=tally.count,
        approved_yen=tally.yen,
        held_back=tally.changed,
        own=tally.own,
        above=tally.above,
    )


def _check(tally: Tally, expected: int | None, expected_yen: int | None) -> None:
    if tally.own and not tally.count:
        raise TodokeError(ErrorCode.SAME_PERSON)
    if expected not in (None, tally.count) or expected_yen not in (None, tally.yen):
        detail = f"承認できるのは {tally.count:,} 件、{tally.yen:,} 円です"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)


def _persons() -> Iterator[Person]:
    numbers = [number for (number,) in postgres.fetch(ALIAS, _NUMBERS)]
    return (Person("case_number", number) for number in numbers)
