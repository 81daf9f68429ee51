"""組戻: asked by one person, confirmed by another; the bank's answer is `end_recall`."""

from __future__ import annotations

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.flows import RECALL
from todoke.systems.benefits.models import Recall
from todoke.systems.benefits.rules.payments.failures import RecallState
from todoke.workflow.runner import move, of

ALIAS = "benefits"
_LIVE = """
SELECT t.id, c.id FROM benefits_case c JOIN benefits_payment p ON p.case_id = c.id
JOIN benefits_transfer t ON t.payment_id = p.id
WHERE c.case_number = %s AND c.state IN ('ordered', 'paid')
    AND NOT EXISTS (SELECT FROM benefits_transfer l WHERE l.follows_id = t.id)
FOR UPDATE OF c
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
        about = Person("case_number", case_number)
        record(ALIAS, by=by, verb="benefits:recall:ask", subject=f"recall {made.pk}", persons=1, about=about)
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
