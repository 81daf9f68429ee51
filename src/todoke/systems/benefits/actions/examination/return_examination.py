"""差戻し: the approver sends a passed case back, or one that was approved and has no payment on its way; with a reason.
It is then examined by a person, never by the job alone."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.models import ApprovalReturn, Case
from todoke.systems.benefits.queries.examination import approving
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.examination import approval

ALIAS = "benefits"
_MOVE = """
UPDATE benefits_case SET state = 'received', state_at = %(now)s, state_by = %(by)s WHERE id = %(case)s AND state IN ('passed', 'approved')
"""


def return_examination(*, case_id: int, reason: str, note: str, by: Actor) -> ApprovalReturn:
    """Send it back. Errors: NOT_FOUND; STATE_CONFLICT when it waits neither for approval nor for a batch; SAME_PERSON for one's own
    examination; RECORD_INVALID without a reason, or without a note where the reason is another one."""
    require(by, Permission.BENEFITS_APPROVE)
    with transaction.atomic(using=ALIAS):
        case = Case.objects.using(ALIAS).select_for_update().filter(pk=case_id).first()
        if case is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="世帯")
        if case.state not in (CaseState.PASSED, CaseState.APPROVED):
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail="承認を待つ世帯でも、起案の前の世帯でもありません"
            )
        if reason not in approval.RETURNS or (reason == approval.OTHER and not note.strip()):
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="差戻しの理由がありません")
        examination, examined_by = approving.newest_examination(case_id)
        if examined_by == by.staff_id:
            raise TodokeError(ErrorCode.SAME_PERSON)
        now = clock.now()
        made = ApprovalReturn.objects.using(ALIAS).create(
            examination_id=examination, case_id=case_id, examined_by=examined_by, reason=reason, note=note.strip(),
            returned_at=now, returned_by=by.staff_id,
        )  # fmt: skip
        postgres.execute(ALIAS, _MOVE, {"case": case_id, "now": now, "by": by.staff_id})
        record(
            ALIAS, by=by, verb="benefits:application:return", subject=f"examination {examination} reason {reason}", persons=1,
            about=Person("case_number", case.case_number),
        )  # fmt: skip
    return made
