"""納付の取消し: a receipt that was recorded wrongly is reversed by another row and another person; what was open is open again."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.models import Refund, RefundReversal
from todoke.systems.benefits.queries.aftermath import refunds
from todoke.systems.benefits.rules.aftermath.refunds import OPEN, RefundState

ALIAS = "benefits"
_CLAIM_AGAIN = """
UPDATE benefits_case SET state = 'refunding', state_at = %(now)s, state_by = %(by)s
WHERE id = %(case)s AND state IN ('paid', 'refunded')
"""


def reverse_receipt(*, receipt_id: int, reason: str, by: Actor) -> RefundReversal:
    """Reverse it; its yen are open again, and the line of the statement may be recorded where it belongs. A claim that was
    settled awaits money again, and so does its case.

    Errors: RECORD_INVALID without a reason; SAME_PERSON for whoever recorded it; ALREADY_DONE twice; STATE_CONFLICT once the
    rest was written off, or when the case is neither paid nor refunded any more.
    """
    require(by, Permission.BENEFITS_REFUND_RECEIVE)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    with transaction.atomic(using=ALIAS):
        receipt = refunds.receipt(receipt_id)
        refund = Refund.objects.using(ALIAS).select_for_update().get(pk=receipt.refund_id)
        if receipt.recorded_by == by.staff_id:
            raise TodokeError(ErrorCode.SAME_PERSON, count=1)
        if RefundReversal.objects.using(ALIAS).filter(receipt=receipt).exists():
            raise TodokeError(ErrorCode.ALREADY_DONE, detail="この納付は取消し済み")
        if refund.state not in (*OPEN, RefundState.SETTLED):
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="不納欠損とした請求の納付は取り消せません")
        made = RefundReversal.objects.using(ALIAS).create(
            receipt=receipt, refund=refund, amount_yen=receipt.amount_yen, recorded_by=receipt.recorded_by,
            reason=reason.strip(), reversed_at=clock.now(), reversed_by=by.staff_id,
        )  # fmt: skip
        if refund.state == RefundState.SETTLED:  # the row reopened the claim (trigger)
            _claim_again(refund, by)
        about = Person("case_number", refund.payment.case.case_number)
        subject = f"refund {refund.pk} reversal {made.pk}"
        record(ALIAS, by=by, verb="benefits:refund:reverse", subject=subject, persons=1, about=about)
    return made


def _claim_again(refund: Refund, by: Actor) -> None:
    case = refund.payment.case
    if not postgres.execute(ALIAS, _CLAIM_AGAIN, {"case": case.pk, "now": clock.now(), "by": by.staff_id}):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この世帯は、支給済みでも返還済みでもありません")
