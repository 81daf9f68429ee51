"""審査: every received form against the newest decision, the newest register and the bank list, in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow.compute
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.queries.examination import bank_list, examining
from todoke.systems.benefits.queries.payments import protected_since
from todoke.systems.benefits.rules.examination import by_hand as hand_examination
from todoke.systems.benefits.rules.programme import Programme

pc: Any = pyarrow.compute
ALIAS = "benefits"

# A later decision that is no longer favourable takes back what was passed or approved, before any money is reserved; and so
# does a protection that came after the papers were looked at: they wait for a 責任職 then.
_TAKE_BACK = f"""
UPDATE benefits_case c SET state = 'received', state_at = %(now)s, state_by = %(by)s
WHERE c.programme = %(programme)s AND c.state IN ('passed', 'approved') AND (
    NOT EXISTS (
        SELECT FROM benefits_decision d
        WHERE d.run_id = %(run)s AND d.household_key = c.household_key AND d.outcome = 'eligible')
    OR {protected_since.UNSEEN})
"""
_KEEP = """
INSERT INTO benefits_examination (
    application_id, case_id, round, outcome, codes, decision_run_id, register_snapshot, bank_list,
    examined_at, examined_by
)
SELECT f.application_id, f.case_id,
    (SELECT count(*) + 1 FROM benefits_examination e WHERE e.application_id = f.application_id),
    f.outcome, coalesce(string_to_array(nullif(f.codes, ''), ' '), '{}'), %(run)s, %(snapshot)s, %(bank_list)s,
    %(now)s, %(by)s
FROM examined_forms f JOIN benefits_case c ON c.id = f.case_id AND c.state = 'received'
ORDER BY f.application_id
"""
_MOVE = """
UPDATE benefits_case c SET state = f.outcome, state_at = %(now)s, state_by = %(by)s
FROM examined_forms f WHERE c.id = f.case_id AND c.state = 'received'
"""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """How many forms were examined, by outcome and by finding."""

    outcomes: dict[str, int]
    findings: dict[str, int]


def examine_applications(*, programme: Programme, by: Actor) -> Examined:
    """Examine every form in state `received` that is not left to a person; findings are kept with the editions of all that was used.
    Protected households against which nothing else stands are left to a 責任職.

    What was passed or approved under an earlier decision and is not eligible now is examined again, and so is who came under
    protection since.
    Errors: NOT_FOUND without a decision or a register.
    """
    require(by, Permission.BENEFITS_EXAMINE)
    run, register = queries.newest_run(programme.code), queries.latest_register()
    values: dict[str, Any] = {
        "programme": programme.code,
        "run": run,
        "snapshot": register.snapshot_id,
        "bank_list": bank_list.edition(),
        "now": clock.now(),
        "by": by.staff_id,
    }
    _take_back(values, by)
    found = examining.check(examining.waiting_forms(programme, run, register), programme)
    # nothing but the protection stands against them: they wait for a 責任職 (examine_protected)
    found = found.filter(pc.not_equal(found["codes"], hand_examination.PROTECTED))
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        postgres.join_whole_tables(ALIAS)
        postgres.stage(ALIAS, "examined_forms", found)
        cursor.execute(_KEEP, values)
        cursor.execute(_MOVE, values)
        subject = f"programme {programme.code} run {run}"
        record(
            ALIAS,
            by=by,
            verb="benefits:application:examine",
            subject=subject,
            persons=found.num_rows,
        )
    return Examined(
        outcomes=_counts(found["outcome"].to_pylist()),
        findings=_counts(code for codes in found["codes"].to_pylist() for code in str(codes).split()),
    )


def _take_back(values: dict[str, Any], by: Actor) -> None:
    """Committed on its own, because the forms are then read on another connection."""
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        protected_since.stage()
        cursor.execute(_TAKE_BACK, values)
        if cursor.rowcount:
            subject = f"programme {values['programme']} run {values['run']}"
            record(
                ALIAS,
                by=by,
                verb="benefits:application:take_back",
                subject=subject,
                persons=cursor.rowcount,
            )


def _counts(values: Iterable[Any]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
