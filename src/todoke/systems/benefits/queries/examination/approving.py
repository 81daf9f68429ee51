"""Reads of 承認: what waits, what this person may approve and what not, what changed since the examination, a sample."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute
from django.db import transaction

from todoke.access.permissions import Actor, Permission
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.queries.examination import approval_limits, examining
from todoke.systems.benefits.queries.payments import paying
from todoke.systems.benefits.rules.examination import approval
from todoke.systems.benefits.rules.examination.approval import Level
from todoke.systems.benefits.rules.programme import Programme

pc: Any = pyarrow.compute
ALIAS = "benefits"

# Every passed case with its newest examination, and the first reason for which this person does not approve it now
_CANDIDATES: Final = """
CREATE TEMPORARY TABLE passed_cases ON COMMIT DROP AS
SELECT e.id AS examination_id, c.id AS case_id, c.case_number, c.amount_yen, e.examined_by, e.examined_at, e.by_hand,
    CASE
        WHEN d.outcome IS DISTINCT FROM 'eligible' OR d.amount_yen <> c.amount_yen OR x.case_id IS NOT NULL THEN 'changed'
        WHEN e.examined_by = %(by)s OR o.case_id IS NOT NULL THEN 'own'
        WHEN c.amount_yen > %(limit)s AND NOT %(manager)s THEN 'above'
        ELSE '' END AS kept_from
FROM benefits_case c
JOIN (
    SELECT DISTINCT ON (case_id) id, case_id, outcome, examined_by, examined_at, by_hand FROM benefits_examination
    ORDER BY case_id, id DESC
) e ON e.case_id = c.id AND e.outcome = 'passed'
LEFT JOIN benefits_decision d ON d.run_id = %(run)s AND d.household_key = c.household_key
LEFT JOIN changed_cases x ON x.case_id = c.id
LEFT JOIN (
    SELECT p.case_id FROM benefits_form_entry k JOIN benefits_paper p ON p.id = k.paper_id WHERE k.entered_by = %(by)s
    UNION SELECT k.case_id FROM benefits_account_correction k WHERE k.recorded_by = %(by)s
) o ON o.case_id = c.id
WHERE c.programme = %(programme)s AND c.state = 'passed'
ORDER BY c.case_number
"""
_TALLY: Final = (
    "SELECT kept_from, count(*), coalesce(sum(amount_yen), 0)::bigint FROM passed_cases GROUP BY 1"
)
# The same ones however often the page is opened that day
_SAMPLE: Final = """
SELECT case_id, case_number, amount_yen, examined_by, examined_at, by_hand FROM passed_cases WHERE kept_from = ''
ORDER BY md5(case_id || %(seed)s) LIMIT %(most)s
"""
_CHANGED: Final = """
SELECT p.case_id, p.case_number, coalesce(x.codes, '') FROM passed_cases p LEFT JOIN changed_cases x ON x.case_id = p.case_id
WHERE p.kept_from = 'changed' ORDER BY p.case_number LIMIT %s
"""
SHOWN: Final = 100
"""Changed households that are listed; all of them are counted."""


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Counts of passed cases: to be approved by this person with how much, and what is kept from them, by reason."""

    count: int
    yen: int
    changed: int
    own: int
    above: int


class Sampled(NamedTuple):
    """One of those to be approved."""

    case_id: int
    case_number: str
    amount_yen: int
    examined_by: str
    examined_at: datetime
    by_hand: bool


class Changed(NamedTuple):
    """A case that the checks would not pass today; without codes, the decision gives another amount or none."""

    case_id: int
    case_number: str
    codes: str


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """What an approver sees before the count is typed."""

    tally: Tally
    limit_yen: int
    level: Level
    sample: list[Sampled]
    changed: list[Changed]


def level(by: Actor) -> Level:
    """At which level this person approves."""
    return Level.MANAGER if by.may(Permission.BENEFITS_APPROVE_ABOVE) else Level.CHIEF


def changed_since(programme: Programme) -> pa.Table:
    """case_id, codes: passed cases that the checks of today would not pass. Reads committed rows only."""
    run, register = paying.newest_run(programme.code), paying.latest_register()
    found = examining.check(examining.passed_forms(programme, run, register), programme)
    return found.filter(pc.not_equal(found["outcome"], "passed")).select(["case_id", "codes"])


def choose(programme: Programme, changed: pa.Table, by: Actor, *, lock: bool) -> Tally:
    """Put the passed cases, locked or not, into the temporary table `passed_cases` of the current transaction.

    `kept_from` is empty for those that this person may approve.
    """
    values = {
        "programme": programme.code, "run": paying.newest_run(programme.code), "by": by.staff_id,
        "limit": approval_limits.limit(programme.code, clock.today()), "manager": level(by) is Level.MANAGER,
    }  # fmt: skip
    postgres.join_whole_tables(ALIAS)
    postgres.stage(ALIAS, "changed_cases", changed)
    postgres.execute(ALIAS, f"{_CANDIDATES} FOR UPDATE OF c" if lock else _CANDIDATES, values)
    found: Counter[str] = Counter()
    yen = 0
    for kept_from, count, total in postgres.fetch(ALIAS, _TALLY):
        found[kept_from] = count
        yen += total if not kept_from else 0
    return Tally(count=found[""], yen=yen, changed=found["changed"], own=found["own"], above=found["above"])


def prospect(programme: Programme, by: Actor) -> Prospect:
    """What this person would approve now. NOT_FOUND without a decision or a register."""
    changed = changed_since(programme)
    with transaction.atomic(using=ALIAS):
        tally = choose(programme, changed, by, lock=False)
        seed = f"{clock.today().isoformat()} {by.staff_id}"
        sample = postgres.fetch(ALIAS, _SAMPLE, {"seed": seed, "most": approval.SAMPLE})
        listed = postgres.fetch(ALIAS, _CHANGED, [SHOWN])
        postgres.execute(ALIAS, "DROP TABLE passed_cases")
    return Prospect(
        tally=tally, limit_yen=approval_limits.limit(programme.code, clock.today()), level=level(by),
        sample=[Sampled(*row) for row in sample], changed=[Changed(*row) for row in listed],
    )  # fmt: skip


_PASSED: Final = """
SELECT e.id, e.examined_by FROM benefits_examination e
WHERE e.case_id = %s ORDER BY e.id DESC LIMIT 1
"""
_RETURNS: Final = """
SELECT r.reason, r.note, r.returned_at, r.returned_by FROM benefits_approval_return r WHERE r.case_id = %s ORDER BY r.id DESC
"""


class Returned(NamedTuple):
    """A 差戻し."""

    reason: str
    note: str
    at: datetime
    by: str


def returns(case_id: int) -> list[Returned]:
    """Why the case was sent back, newest first."""
    return [Returned(*row) for row in postgres.fetch(ALIAS, _RETURNS, [case_id])]


def newest_examination(case_id: int) -> tuple[int, str]:
    """The examination that waits for approval, and by whom it was made. NOT_FOUND."""
    rows = postgres.fetch(ALIAS, _PASSED, [case_id])
    if not rows:
        raise TodokeError(ErrorCode.NOT_FOUND, what="審査")
    return int(rows[0][0]), str(rows[0][1])
