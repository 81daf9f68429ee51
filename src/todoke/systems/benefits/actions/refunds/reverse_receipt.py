"""納付の取消し: a receipt that was recorded wrongly is reversed by another row and another person; what was open is open again."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.models import Refund, RefundReversal
from todoke.systems.benefits.queries.aftermath import refunds
from todoke.systems.benefits.rules.aftermath.refunds import RefundState

ALIAS = "benefits"


def reverse_receipt(*, receipt_id: int, reason: str, by: Actor) -> RefundReversal:
    """Reverse it; its yen are open again, and the line of the statement may be recorded where it belongs.

    Errors: RECORD_INVALID without a reason; SAME_PERSON for whoever recorded it; ALREADY_DONE twice; STATE_CONFLICT once the
    claim has ended.
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
        if refund.state != RefundState.CLAIMED:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="終わった請求の納付は取り消せません")
        made = RefundReversal.objects.using(ALIAS).create(
            receipt=receipt, refund=refund, amount_yen=receipt.amount_yen, recorded_by=receipt.recorded_by,
            reason=reason.strip(), reversed_at=clock.now(), reversed_by=by.staff_id,
        )  # fmt: skip
        about = Person("case_number", refund.payment.case.case_number)
        subject = f"refund {refund.pk} reversal {made.pk}"
        record(ALIAS, by=by, verb="benefits:refund:reverse", subject=subject, persons=1, about=about)
    return made
