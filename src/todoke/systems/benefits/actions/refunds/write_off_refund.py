"""不納欠損: what cannot be got is given up, by two people; the case stays paid."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.flows import CASE, REFUND, WRITE_OFF
from todoke.systems.benefits.models import Refund, RefundWriteOff
from todoke.systems.benefits.queries.aftermath import refunds
from todoke.systems.benefits.rules.aftermath.refunds import OPEN, RefundState, WriteOffState
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def ask_write_off(*, refund_id: int, reason: str, by: Actor) -> RefundWriteOff:
    """Ask to give up what is open. STATE_CONFLICT unless it is claimed; ALREADY_DONE when that was asked before."""
    require(by, Permission.BENEFITS_REFUND_PROPOSE)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    refund = refunds.one(refund_id)
    if refund.state not in OPEN:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="返還請求中ではありません")
    now = clock.now()
    with transaction.atomic(using=ALIAS):
        try:
            with transaction.atomic(using=ALIAS):
                made = RefundWriteOff.objects.using(ALIAS).create(
                    refund=refund, amount_yen=refund.open_yen, reason=reason.strip(), state=WriteOffState.ASKED,
                    state_at=now, state_by=by.staff_id, asked_at=now, asked_by=by.staff_id,
                )  # fmt: skip
        except IntegrityError as error:
            raise TodokeError(ErrorCode.ALREADY_DONE, detail="不納欠損は提案済み") from error
        about = Person("case_number", refund.payment.case.case_number)
        subject = f"refund {refund_id} write-off {made.pk}"
        record(ALIAS, by=by, verb="benefits:refund:propose", subject=subject, persons=1, about=about)
    return made


def confirm_write_off(*, write_off_id: int, by: Actor) -> None:
    """The second person; SAME_PERSON for the first. STATE_CONFLICT when money came meanwhile: then it is asked anew."""
    require(by, Permission.BENEFITS_REFUND_DECIDE)
    with transaction.atomic(using=ALIAS):
        asked = RefundWriteOff.objects.using(ALIAS).filter(pk=write_off_id).first()
        if asked is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="この不納欠損")
        refund = Refund.objects.using(ALIAS).select_for_update().get(pk=asked.refund_id)
        if refund.open_yen != asked.amount_yen:
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail="提案の後に納付がありました。提案し直してください"
            )
        subject = f"refund {refund.pk} write-off {write_off_id}"
        move(
            ALIAS, WRITE_OFF, of(WRITE_OFF, [write_off_id]), to=WriteOffState.CONFIRMED, by=by, subject=subject, persons=1
        )  # fmt: skip
        move(
            ALIAS, REFUND, of(REFUND, [refund.pk]), to=RefundState.WRITTEN_OFF, by=by, subject=subject, persons=1,
            also={"written_off_yen": asked.amount_yen, "open_yen": 0},
        )  # fmt: skip
        move(
            ALIAS, CASE, of(CASE, [refund.payment.case_id]), to=CaseState.PAID, by=by, subject=subject, persons=1
        )  # fmt: skip


def withdraw_write_off(*, write_off_id: int, by: Actor) -> None:
    """Not given up after all."""
    require(by, Permission.BENEFITS_REFUND_PROPOSE)
    move(
        ALIAS, WRITE_OFF, of(WRITE_OFF, [write_off_id]), to=WriteOffState.WITHDRAWN, by=by,
        subject=f"write-off {write_off_id}", persons=1,
    )  # fmt: skip
