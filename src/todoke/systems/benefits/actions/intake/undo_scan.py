"""読み取りの取消し: the last sheet that the same person scanned today, while nobody has keyed or examined it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.flows import CASE, PAPER
from todoke.systems.benefits.rules.intake.paper_state import PaperState
from todoke.workflow.runner import move, of

ALIAS = "benefits"
_LAST = """
SELECT p.id, p.state, p.arrival_id, c.id, c.case_number, c.state, a.before_state, b.label,
    EXISTS (SELECT FROM benefits_application f WHERE f.case_id = c.id AND f.refusal = '') AND a.id IS NOT NULL
    OR EXISTS (SELECT FROM benefits_form_entry e WHERE e.paper_id = p.id)
FROM benefits_paper p
JOIN benefits_case c ON c.id = p.case_id
JOIN benefits_box b ON b.id = p.box_id
LEFT JOIN benefits_arrival a ON a.id = p.arrival_id
WHERE p.registered_by = %(by)s AND p.registered_at >= %(since)s AND p.state <> 'cancelled'
ORDER BY p.id DESC LIMIT 1 FOR UPDATE OF p
"""
_UNDO = "UPDATE benefits_arrival SET undone_at = %(now)s, undone_by = %(by)s WHERE id = %(arrival)s"


@dataclass(frozen=True, kw_only=True)
class Undone:
    """The sheet that is no longer received, and the box to take it out of."""

    number: str
    box: str


def undo_scan(*, by: Actor) -> Undone:
    """Errors: NOT_FOUND when the person scanned nothing today; STATE_CONFLICT once the form is keyed or examined,
    or the sheet has left its box."""
    require(by, Permission.BENEFITS_RECEIVE)
    now = clock.now()
    midnight = datetime.combine(clock.today(), time(), clock.JAPAN)
    values = {"by": by.staff_id, "since": midnight, "now": now}
    with transaction.atomic(using=ALIAS):
        rows = postgres.fetch(ALIAS, _LAST, values)
        if not rows:
            raise TodokeError(ErrorCode.NOT_FOUND, what="今日、自分で読み取った様式")
        paper, paper_state, arrival, case, number, state, before, box, keyed = rows[0]
        if paper_state != PaperState.HELD:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="紙が箱から動いています")
        if keyed or (arrival is not None and state != "received"):
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="内容の入力または審査が済んでいます")
        if arrival is not None:
            postgres.execute(ALIAS, _UNDO, {**values, "arrival": arrival})
            move(ALIAS, CASE, of(CASE, [case]), to=before, by=by, subject=f"undo paper {paper}", persons=1)
        move(ALIAS, PAPER, of(PAPER, [paper]), to=PaperState.CANCELLED, by=by, persons=1)
        about = Person("case_number", number)
        record(ALIAS, by=by, verb="benefits:form:undo", subject=f"box {box}", persons=1, about=about)
    return Undone(number=number, box=box)
