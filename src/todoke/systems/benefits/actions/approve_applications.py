"""承認: a member of staff other than the examiner approves everything that passed, in one act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"

_PASSED = """
CREATE TEMPORARY TABLE passed_cases ON COMMIT DROP AS
SELECT e.id AS examination_id, c.id AS case_id, c.amount_yen, e.examined_by, coalesce(d.outcome = 'eligible' AND d.amount_yen = c.amount_yen, false) AS eligible
FROM benefits_case c
JOIN (
    SELECT DISTINCT ON (case_id) id, case_id, outcome, examined_by FROM benefits_examination ORDER BY case_id, id DESC
) e ON e.case_id = c.id AND e.outcome = 'passed'
LEFT JOIN benefits_decision d ON d.run_id = %(run)s AND d.household_key = c.household_key
WHERE c.programme = %(programme)s AND c.state = 'passed'
ORDER BY c.case_number
FOR UPDATE OF c
"""
_TALLY = """
SELECT count(*) FILTER (WHERE eligible), count(*) FILTER (WHERE NOT eligible),
    coalesce(bool_or(examined_by = %(by)s) FILTER (WHERE eligible), false),
    coalesce(sum(amount_yen) FILTER (WHERE eligible), 0)
FROM passed_cases
"""
_APPROVE = """
INSERT INTO benefits_approval (examination_id, case_id, outcome, examined_by, amount_yen, approved_at, approved_by)
SELECT examination_id, case_id, 'passed', examined_by, amount_yen, %(now)s, %(by)s FROM passed_cases WHERE eligible
ORDER BY examination_id
"""
_MOVE = """
UPDATE benefits_case c SET state = 'approved', state_at = %(now)s, state_by = %(by)s
FROM passed_cases p WHERE p.case_id = c.id AND p.eligible
"""


@dataclass(frozen=True, kw_only=True)
class Approved:
    """How many were approved with how much, and how many passed ones wait because the newest decision says otherwise."""

    approved: int
    approved_yen: int
    held_back: int


def approve_applications(
    *, programme: Programme, by: Actor, expected: int | None = None, expected_yen: int | None = None
) -> Approved:
    """Approve every passed case whose household is eligible in the newest decision with that amount, all at once.

    With `expected` and `expected_yen`, the count and sum that the approver saw, others are refused (STATE_CONFLICT).
    SAME_PERSON when the actor examined any of them: then nothing is approved.
    """
    require(by, Permission.BENEFITS_APPROVE)
    values: dict[str, Any] = {
        "programme": programme.code,
        "run": queries.newest_run(programme.code),
        "now": clock.now(),
        "by": by.staff_id,
    }
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        postgres.join_whole_tables(ALIAS)
        cursor.execute(_PASSED, values)
        cursor.execute(_TALLY, values)
        approvable, held_back, same_person, yen = cursor.fetchone()
        if same_person:
            raise TodokeError(ErrorCode.SAME_PERSON)
        if expected not in (None, approvable) or expected_yen not in (None, yen):
            detail = f"承認できるのは {approvable:,} 件、{yen:,} 円です"
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
        cursor.execute(_APPROVE, values)
        cursor.execute(_MOVE, values)
        subject = f"programme {programme.code}"
        record(ALIAS, by=by, verb="benefits:application:approve", subject=subject, persons=approvable)
    return Approved(approved=approvable, approved_yen=int(yen), held_back=held_back)
