"""組戻: asked by one person, confirmed by another; then the bank's answer. Money that came back makes the case fail."""

from __future__ import annotations

from datetime import date

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.flows import CASE, RECALL
from todoke.systems.benefits.models import Recall
from todoke.systems.benefits.rules.case_state import CaseState
from todoke.systems.benefits.rules.failures import RecallState
from todoke.workflow.runner import move, of

ALIAS = "benefits"
_LIVE = """
SELECT t.id, c.id FROM benefits_case c JOIN benefits_payment p ON p.case_id = c.id
JOIN benefits_transfer t ON t.payment_id = p.id
WHERE c.case_number = %s AND c.state IN ('ordered', 'paid')
    AND NOT EXISTS (SELECT FROM benefits_transfer l WHERE l.follows_id = t.id)
FOR UPDATE OF c
"""
_CASE_OF = """
SELECT p.case_id FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id WHERE t.id = %s
"""


def ask_recall(*, case_number: str, reason: str, by: Actor) -> Recall:
    """Ask for the living transfer of a case back. NOT_FOUND when nothing of it is at the bank, ALREADY_DONE twice."""
    require(by, Permission.BENEFITS_RECALL_ASK)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(_LIVE, [case_number])
        row = cursor.fetchone()
        if row is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="銀行に依頼した振込")
        live = Recall.objects.using(ALIAS).filter(transfer_id=row[0])
        if live.exclude(state__in=[RecallState.REFUSED, RecallState.WITHDRAWN]).exists():
            raise TodokeError(ErrorCode.ALREADY_DONE, detail="この振込の組戻しは依頼済み")
        now = clock.now()
        made = Recall.objects.using(ALIAS).create(
            transfer_id=row[0], reason=reason.strip(), state=RecallState.ASKED, state_at=now, state_by=by.staff_id,
            asked_at=now, asked_by=by.staff_id,
        )  # fmt: skip
        record(ALIAS, by=by, verb="benefits:recall:ask", subject=f"recall {made.pk}", persons=1)
    return made


def confirm_recall(*, recall_id: int, by: Actor) -> None:
    """The second person; SAME_PERSON for the first. From then on it is at the bank."""
    require(by, Permission.BENEFITS_RECALL_CONFIRM)
    move(
        ALIAS, RECALL, of(RECALL, [recall_id]), to=RecallState.CONFIRMED, by=by,
        subject=f"recall {recall_id}", persons=1,
    )  # fmt: skip


def withdraw_recall(*, recall_id: int, by: Actor) -> None:
    """Not asked of the bank after all."""
    require(by, Permission.BENEFITS_RECALL_ASK)
    move(
        ALIAS, RECALL, of(RECALL, [recall_id]), to=RecallState.WITHDRAWN, by=by,
        subject=f"recall {recall_id}", persons=1,
    )  # fmt: skip


def end_recall(*, recall_id: int, returned_on: date | None, by: Actor) -> None:
    """The bank's answer: the day on which the money came back, or None when it did not.

    Errors: STATE_CONFLICT unless it is confirmed.
    """
    require(by, Permission.BENEFITS_RESULT)
    to = RecallState.RETURNED if returned_on else RecallState.REFUSED
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        move(
            ALIAS, RECALL, of(RECALL, [recall_id]), to=to, by=by, also={"returned_on": returned_on},
            subject=f"recall {recall_id}", persons=1,
        )  # fmt: skip
        if returned_on:
            cursor.execute(_CASE_OF, [Recall.objects.using(ALIAS).get(pk=recall_id).transfer_id])
            (case,) = cursor.fetchone()
            move(
                ALIAS, CASE, of(CASE, [case]), to=CaseState.FAILED, by=by, subject=f"recall {recall_id}", persons=1
            )  # fmt: skip
        record(ALIAS, by=by, verb="benefits:recall:end", subject=f"recall {recall_id} {to.value}", persons=1)
