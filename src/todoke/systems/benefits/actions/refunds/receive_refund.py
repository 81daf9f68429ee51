"""納付: money that came for a claim, instalments that were agreed, and reminders of what is overdue."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.flows import CASE, REFUND
from todoke.systems.benefits.models import Refund, RefundInstalment, RefundReceipt, RefundReminder
from todoke.systems.benefits.queries.aftermath import refunds
from todoke.systems.benefits.rules.aftermath.refunds import OPEN, REMIND_AFTER, RefundState, overdue, parts
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def receive_refund(
    *, refund_id: int, received_on: date, amount_yen: int, reference: str, by: Actor
) -> Refund:
    """Keep one line of the statement; with the last yen the claim is settled, and the case follows.

    STATE_CONFLICT unless it is claimed; RECORD_INVALID for more than is open; ALREADY_DONE for the same line again.
    """
    require(by, Permission.BENEFITS_REFUND_RECEIVE)
    with transaction.atomic(using=ALIAS):
        refund = _locked(refund_id)
        if not 1 <= amount_yen <= refund.open_yen:
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"未納額は {refund.open_yen:,} 円です")
        if received_on > clock.today():
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="今日より後の日付です")
        try:
            with transaction.atomic(using=ALIAS):
                RefundReceipt.objects.using(ALIAS).create(
                    refund=refund, received_on=received_on, amount_yen=amount_yen, reference=reference.strip(),
                    take=refunds.takes(received_on, reference.strip()) + 1,
                    recorded_at=clock.now(), recorded_by=by.staff_id,
                )  # fmt: skip
        except IntegrityError as error:
            raise TodokeError(ErrorCode.ALREADY_DONE, detail="この明細は記録済み") from error
        refund.refresh_from_db()
        _log(refund, "benefits:refund:receive", f"refund {refund_id} receipt", by)
        if refund.open_yen == 0:
            _settle(refund, by)
    return refund


def _settle(refund: Refund, by: Actor) -> None:
    """All that was claimed has come. A household that gave back only a part stays paid."""
    subject = f"refund {refund.pk}"
    move(ALIAS, REFUND, of(REFUND, [refund.pk]), to=RefundState.SETTLED, by=by, subject=subject, persons=1)
    whole = refund.claimed_yen == refund.paid_yen
    to = CaseState.REFUNDED if whole else CaseState.PAID
    move(ALIAS, CASE, of(CASE, [refund.payment.case_id]), to=to, by=by, subject=subject, persons=1)


def plan_refund(*, refund_id: int, count: int, first: date, by: Actor) -> int:
    """Agree on monthly parts of what is open; returns the plan's number. RECORD_INVALID for a day that is over."""
    require(by, Permission.BENEFITS_REFUND_PROPOSE)
    with transaction.atomic(using=ALIAS):
        refund = _locked(refund_id)
        if first < clock.today():
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="最初の納付日が過ぎた日です")
        try:
            planned = parts(refund.open_yen, count, first)
        except ValueError as error:
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="分割の回数が正しくありません") from error
        number = refunds.last_plan(refund) + 1
        RefundInstalment.objects.using(ALIAS).bulk_create(
            RefundInstalment(
                refund=refund, plan=number, number=place, due_on=part.due_on, amount_yen=part.amount_yen,
                agreed_at=clock.now(), agreed_by=by.staff_id,
            )
            for place, part in enumerate(planned, start=1)
        )  # fmt: skip
        _log(refund, "benefits:refund:plan", f"refund {refund_id} plan {number} of {count}", by)
    return number


def remind_refund(*, refund_id: int, by: Actor) -> RefundReminder:
    """Keep that the household was reminded. STATE_CONFLICT where nothing is overdue, or the last reminder is too young."""
    require(by, Permission.BENEFITS_REFUND_PROPOSE)
    with transaction.atomic(using=ALIAS):
        refund = _locked(refund_id)
        late = overdue(refund.open_yen, refund.due_on, refunds.plan(refund), clock.today())
        last = RefundReminder.objects.using(ALIAS).filter(refund=refund).order_by("-number").first()
        if not late:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="納付は遅れていません")
        if last and clock.now() - last.sent_at < REMIND_AFTER:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="前の督促から14日たっていません")
        made = RefundReminder.objects.using(ALIAS).create(
            refund=refund, number=last.number + 1 if last else 1, overdue_yen=late, sent_at=clock.now(),
            sent_by=by.staff_id,
        )  # fmt: skip
        _log(refund, "benefits:refund:remind", f"refund {refund_id} reminder {made.number}", by)
    return made


def _locked(refund_id: int) -> Refund:
    """The claim, held for this transaction; STATE_CONFLICT unless it was decided and is open."""
    refund = Refund.objects.using(ALIAS).select_for_update().filter(pk=refund_id).first()
    if refund is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この返還の請求")
    if refund.state not in OPEN:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="返還請求中ではありません")
    return refund


def _log(refund: Refund, verb: str, subject: str, by: Actor) -> None:
    about = Person("case_number", refund.payment.case.case_number)
    record(ALIAS, by=by, verb=verb, subject=subject, persons=1, about=about)
