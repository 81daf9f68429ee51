"""辞退: noted by one, confirmed with the household by another; before the payment it ends the case, after it a claim is proposed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.actions.refunds.claim_refund import Claim
from todoke.systems.benefits.flows import CASE, DECLINE
from todoke.systems.benefits.models import Case, Decline, Payment, Refund
from todoke.systems.benefits.queries.aftermath import refunds
from todoke.systems.benefits.rules.aftermath.declines import (
    EFFECT_BETWEEN,
    EFFECT_ENDED,
    DeclineChannel,
    DeclineState,
)
from todoke.systems.benefits.rules.aftermath.refunds import RefundReason
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.workflow.runner import move, of

ALIAS = "benefits"
REFUND_DAYS: Final = 30
"""Until when the claim after a decline is to be paid."""
_PAYING = (CaseState.RESERVED, CaseState.ORDERED)
_ENDED = (CaseState.DECLINED, CaseState.INELIGIBLE, CaseState.REFUNDING, CaseState.REFUNDED)


def note_decline(
    *, case_number: str, channel: DeclineChannel, said_on: date, said: str, by: Actor
) -> Decline:
    """Keep that the household does not want it. NOT_FOUND; RECORD_INVALID without words; ALREADY_DONE twice."""
    require(by, Permission.BENEFITS_DECLINE_NOTE)
    if not said.strip() or said_on > clock.today():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="申出の内容と、今日までの日付が要ります")
    case = Case.objects.using(ALIAS).filter(case_number=case_number).first()
    if case is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この給付管理番号の世帯")
    if case.state in _ENDED:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=EFFECT_ENDED)
    now = clock.now()
    with transaction.atomic(using=ALIAS):
        try:
            with transaction.atomic(using=ALIAS):
                made = Decline.objects.using(ALIAS).create(
                    case=case, channel=channel.value, said_on=said_on, said=said.strip(), state=DeclineState.NOTED,
                    state_at=now, state_by=by.staff_id, noted_at=now, noted_by=by.staff_id,
                )  # fmt: skip
        except IntegrityError as error:
            raise TodokeError(ErrorCode.ALREADY_DONE, detail="辞退の申出は記録済み") from error
        about, verb = Person("case_number", case_number), Permission.BENEFITS_DECLINE_NOTE.value
        record(ALIAS, by=by, verb=verb, subject=f"decline {made.pk}", persons=1, about=about)
    return made


def confirm_decline(*, decline_id: int, answer: str, by: Actor) -> Refund | None:
    """The household said so again, to somebody else. The claim that follows, where it was paid already.

    SAME_PERSON for whoever noted it; STATE_CONFLICT while the bank has it, and where nothing is left to decline; ALREADY_DONE
    where the payment was claimed back before, RECORD_INVALID while the bank is asked for it.
    """
    require(by, Permission.BENEFITS_DECLINE_CONFIRM)
    with transaction.atomic(using=ALIAS):
        decline = refunds.decline(decline_id)
        case = Case.objects.using(ALIAS).select_for_update().get(pk=decline.case_id)
        if case.state in (*_PAYING, *_ENDED):
            detail = EFFECT_BETWEEN if case.state in _PAYING else EFFECT_ENDED
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
        _moves(decline, DeclineState.CONFIRMED, answer, by)
        if case.state == CaseState.PAID:
            return _claim(case, by)
        subject = f"decline {decline_id}"
        move(ALIAS, CASE, of(CASE, [case.pk]), to=CaseState.DECLINED, by=by, subject=subject, persons=1)
    return None


def _claim(case: Case, by: Actor) -> Refund:
    """The whole payment, proposed by whoever confirmed the decline; a third person or the first decides it."""
    payment, due_on = Payment.objects.using(ALIAS).get(case=case), clock.today() + timedelta(days=REFUND_DAYS)
    return Claim(payment, payment.amount_yen, RefundReason.DECLINED, "", due_on).keep(by)


def withdraw_decline(*, decline_id: int, answer: str, by: Actor) -> None:
    """The household wants it after all (記入誤り)."""
    require(by, Permission.BENEFITS_DECLINE_NOTE)
    _moves(refunds.decline(decline_id), DeclineState.WITHDRAWN, answer, by)


def _moves(decline: Decline, to: DeclineState, answer: str, by: Actor) -> None:
    if not answer.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="確かめた内容がありません")
    move(
        ALIAS, DECLINE, of(DECLINE, [decline.pk]), to=to, by=by, also={"answer": answer.strip()},
        subject=f"decline {decline.pk}", persons=1,
    )  # fmt: skip
