"""支給額の改め: cases that are not paid yet take the amount of a newer decision (a newborn, a corrected birthday)."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.rules.deciding import amount_sql
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"

# What was approved with another amount is examined and approved again; what has a payment,
# also one that failed, keeps what was approved
_FOLLOW = f"""
UPDATE benefits_case c SET decision_run_id = d.run_id, {amount_sql.ASSIGNED}, amount_yen = d.amount_yen,
    state = CASE c.state WHEN 'approved' THEN 'received' ELSE c.state END,
    state_at = CASE c.state WHEN 'approved' THEN %(now)s ELSE c.state_at END,
    state_by = CASE c.state WHEN 'approved' THEN %(by)s ELSE c.state_by END
FROM benefits_decision d, benefits_programme p
WHERE c.programme = %(programme)s AND p.code = c.programme AND d.run_id = %(run)s
    AND c.state IN ('numbered', 'printed', 'received', 'deficient', 'passed', 'approved')
    AND d.household_key = c.household_key AND d.outcome = 'eligible' AND (
        d.amount_yen <> c.amount_yen
        -- numbered on request, before there was a decision to follow
        OR c.requested AND NOT EXISTS (SELECT FROM benefits_decision o WHERE o.run_id = c.decision_run_id
            AND o.household_key = c.household_key AND o.outcome = 'eligible'))
    AND d.run_id > c.decision_run_id AND NOT EXISTS (SELECT FROM benefits_payment y WHERE y.case_id = c.id)
"""


def follow_decision(*, programme: Programme, by: Actor) -> int:
    """Give every open case the amount of the newest decision; returns how many changed. NOT_FOUND without a decision.

    A household that is no longer eligible keeps its amount and is held back wherever it stands.
    """
    require(by, Permission.BENEFITS_DECIDE)
    values: dict[str, Any] = {
        "programme": programme.code,
        "run": queries.newest_run(programme.code),
        "now": clock.now(),
        "by": by.staff_id,
    }
    with transaction.atomic(using=ALIAS):
        postgres.join_whole_tables(ALIAS)
        changed = postgres.execute(ALIAS, _FOLLOW, values)
        if changed:
            subject = f"programme {programme.code} run {values['run']}"
            record(ALIAS, by=by, verb="benefits:case:follow", subject=subject, persons=changed)
    return changed
