"""廃棄の提案: sheets of a box whose time is over are listed; another person approves (approve_disposal)."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from todoke.access.permissions import Actor, Permission, one_of, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.flows import DISPOSAL
from todoke.systems.benefits.models import PaperDisposal
from todoke.systems.benefits.rules.intake import answers as intake
from todoke.systems.benefits.rules.intake.paper_state import DisposalState
from todoke.workflow.runner import move, of

ALIAS = "benefits"
# of a case that still moves, the sheet stays whatever its age
_DUE = """
FROM benefits_paper p JOIN benefits_case c ON c.id = p.case_id
WHERE p.box_id = %(box)s AND p.state = 'held' AND p.disposal_id IS NULL AND p.received_on <= %(until)s
    AND c.state IN ('declined', 'ineligible', 'paid')
"""
_LIST = f"""
UPDATE benefits_paper SET disposal_id = %(disposal)s WHERE id IN (SELECT p.id {_DUE})
"""
_FREE = "UPDATE benefits_paper SET disposal_id = NULL WHERE disposal_id = %s AND state = 'held'"


def propose_disposal(*, box_id: int, received_until: date, reason: str, by: Actor) -> PaperDisposal:
    """List the sheets received until that day, of cases that have ended. Errors: RECORD_INVALID while the time is not
    over, or without a reason; NOT_FOUND when no sheet is due; STATE_CONFLICT while an earlier list of the box is open."""
    require(by, Permission.BENEFITS_PAPER_DISPOSE)
    if intake.disposable_from(received_until) > clock.today():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="保存期間（受付の日から5年）が過ぎていません")
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    now, values = clock.now(), {"box": box_id, "until": received_until}
    with transaction.atomic(using=ALIAS):
        postgres.execute(ALIAS, "SELECT 1 FROM benefits_box WHERE id = %(box)s FOR UPDATE", values)
        open_ones = PaperDisposal.objects.using(ALIAS).filter(box_id=box_id, state=DisposalState.PROPOSED)
        if open_ones.exists():
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この箱の廃棄の提案が承認を待っています")
        ((count,),) = postgres.fetch(ALIAS, f"SELECT count(*) {_DUE}", values)
        if not count:
            raise TodokeError(ErrorCode.NOT_FOUND, what="保存期間を過ぎ、支給の手続が終わった文書")
        row = PaperDisposal.objects.using(ALIAS).create(
            box_id=box_id, papers=count, received_until=received_until, reason=reason.strip(),
            state=DisposalState.PROPOSED, state_at=now, state_by=by.staff_id, proposed_at=now, proposed_by=by.staff_id,
        )  # fmt: skip
        if postgres.execute(ALIAS, _LIST, {**values, "disposal": row.pk}) != count:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="箱の文書が同時に動きました")
        record(ALIAS, by=by, verb="benefits:paper:dispose", subject=f"disposal {row.pk}", persons=count)
    return row


def withdraw_disposal(*, disposal_id: int, by: Actor) -> None:
    """By either of the two: the sheets stay. STATE_CONFLICT when decided."""
    require(by, one_of(by, Permission.BENEFITS_PAPER_APPROVE, Permission.BENEFITS_PAPER_DISPOSE))
    with transaction.atomic(using=ALIAS):
        move(
            ALIAS, DISPOSAL, of(DISPOSAL, [disposal_id]), to=DisposalState.WITHDRAWN, by=by,
            subject=f"disposal {disposal_id} withdrawn", persons=0,
        )  # fmt: skip
        postgres.execute(ALIAS, _FREE, [disposal_id])
