"""返還の請求: proposed by one, decided by another; from then on the case is claimed back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.flows import CASE, REFUND
from todoke.systems.benefits.models import Case, Payment, Recall, Refund
from todoke.systems.benefits.queries.aftermath import refunds
from todoke.systems.benefits.rules.aftermath.refunds import RefundReason, RefundState
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def propose_refund(
    *, case_number: str, claimed_yen: int, reason: RefundReason, note: str, due_on: date, by: Actor
) -> Refund:
    """Claim a payment, or a part of it, back. NOT_FOUND unless it was paid; ALREADY_DONE for a second claim.

    RECORD_INVALID for more than was paid, for a day that is over, and while the bank is asked to give it back (組戻).
    """
    require(by, Permission.BENEFITS_REFUND_PROPOSE)
    case = Case.objects.using(ALIAS).filter(case_number=case_number, state=CaseState.PAID).first()
    if case is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="支払済みの世帯")
    payment = Payment.objects.using(ALIAS).get(case=case)
    return Claim(payment, claimed_yen, reason, note, due_on).keep(by)


@dataclass(frozen=True)
class Claim:
    """A claim to be proposed, by an action that has asked for its own permission; errors as above."""

    payment: Payment
    claimed_yen: int
    reason: RefundReason
    note: str
    due_on: date

    def keep(self, by: Actor) -> Refund:
        """Keep and log it."""
        _check(self.payment, self.claimed_yen, self.due_on)
        now = clock.now()
        with transaction.atomic(using=ALIAS):
            try:
                with transaction.atomic(using=ALIAS):
                    made = Refund.objects.using(ALIAS).create(
                        payment=self.payment, paid_yen=self.payment.amount_yen, claimed_yen=self.claimed_yen,
                        open_yen=self.claimed_yen, reason=self.reason.value, note=self.note.strip(), due_on=self.due_on,
                        state=RefundState.PROPOSED, state_at=now, state_by=by.staff_id, proposed_at=now,
                        proposed_by=by.staff_id,
                    )  # fmt: skip
            except IntegrityError as error:
                raise TodokeError(ErrorCode.ALREADY_DONE, detail="この支払の返還は請求済み") from error
            about = Person("case_number", self.payment.case.case_number)
            verb = Permission.BENEFITS_REFUND_PROPOSE.value
            record(ALIAS, by=by, verb=verb, subject=f"refund {made.pk}", persons=1, about=about)
        return made


def _check(payment: Payment, claimed_yen: int, due_on: date) -> None:
    """What may be claimed, and when."""
    if not 1 <= claimed_yen <= payment.amount_yen:
        raise TodokeError(
            ErrorCode.RECORD_INVALID, detail=f"請求額は支払った {payment.amount_yen:,} 円までの金額です"
        )
    if due_on < clock.today():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="納付の期限が過ぎた日です")
    live = Recall.objects.using(ALIAS).filter(transfer__payment=payment, state__in=["asked", "confirmed"])
    if live.exists():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="組戻しの依頼中です。銀行の回答を待ってください")


def decide_refund(*, refund_id: int, by: Actor) -> None:
    """The second person; SAME_PERSON for the first. STATE_CONFLICT when the case is no longer paid."""
    require(by, Permission.BENEFITS_REFUND_DECIDE)
    with transaction.atomic(using=ALIAS):
        _refund_moves(refund_id, RefundState.CLAIMED, by)
        case = refunds.one(refund_id).payment.case_id
        subject = f"refund {refund_id}"
        move(ALIAS, CASE, of(CASE, [case]), to=CaseState.REFUNDING, by=by, subject=subject, persons=1)


def withdraw_refund(*, refund_id: int, by: Actor) -> None:
    """Not claimed after all."""
    require(by, Permission.BENEFITS_REFUND_PROPOSE)
    _refund_moves(refund_id, RefundState.WITHDRAWN, by)


def _refund_moves(refund_id: int, to: RefundState, by: Actor) -> None:
    subject = f"refund {refund_id}"
    move(ALIAS, REFUND, of(REFUND, [refund_id]), to=to, by=by, subject=subject, persons=1)
