"""起案の取消し: a batch is given up by two people as long as there is no file of it; its households are free for another batch."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.flows import CANCELLATION
from todoke.systems.benefits.models import BankFile, BatchCancellation, PaymentBatch
from todoke.systems.benefits.queries.payments import cancellations
from todoke.systems.benefits.rules.payments.cancellation import CancellationState
from todoke.workflow.runner import move, of

ALIAS = "benefits"
_FREE = """
UPDATE benefits_case c SET state = 'approved', state_at = %(now)s, state_by = %(by)s
FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id
WHERE t.batch_id = %(batch)s AND c.id = p.case_id AND c.state = 'reserved'
"""


def ask_cancellation(*, programme: str, number: int, reason: str, by: Actor) -> BatchCancellation:
    """Ask to give up the batch. NOT_FOUND; RECORD_INVALID without a reason; ALREADY_DONE when that was asked before, or once
    the file was written."""
    require(by, Permission.BENEFITS_CANCEL_ASK)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    batch = PaymentBatch.objects.using(ALIAS).filter(programme=programme, number=number).first()
    if batch is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"支払単位 {number}")
    _no_file(batch)
    now = clock.now()
    with transaction.atomic(using=ALIAS):
        try:
            with transaction.atomic(using=ALIAS):
                made = BatchCancellation.objects.using(ALIAS).create(
                    batch=batch, reason=reason.strip(), state=CancellationState.ASKED, state_at=now,
                    state_by=by.staff_id, asked_at=now, asked_by=by.staff_id,
                )  # fmt: skip
        except IntegrityError as error:
            raise TodokeError(ErrorCode.ALREADY_DONE, detail="起案の取消しは依頼済み") from error
        record(ALIAS, by=by, verb="benefits:cancel:ask", subject=f"cancellation {made.pk}", persons=0)
    return made


def confirm_cancellation(*, cancellation_id: int, by: Actor) -> int:
    """The second person: every household of the batch is approved again; returns how many. SAME_PERSON; ALREADY_DONE once the
    file was written."""
    require(by, Permission.BENEFITS_CANCEL_CONFIRM)
    with transaction.atomic(using=ALIAS):
        found = cancellations.one(cancellation_id)
        batch = PaymentBatch.objects.using(ALIAS).select_for_update().get(pk=found.batch_id)
        _no_file(batch)
        _moves(cancellation_id, CancellationState.CONFIRMED, by, persons=batch.payments)
        postgres.join_whole_tables(ALIAS)
        freed = postgres.execute(ALIAS, _FREE, {"batch": batch.pk, "now": clock.now(), "by": by.staff_id})
        if freed != batch.payments:
            detail = f"支払単位の {batch.payments:,} 件のうち {freed:,} 件しか支払待ちではありません"
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
    return freed


def withdraw_cancellation(*, cancellation_id: int, by: Actor) -> None:
    """The batch stays."""
    require(by, Permission.BENEFITS_CANCEL_ASK)
    _moves(cancellation_id, CancellationState.WITHDRAWN, by, persons=0)


def _no_file(batch: PaymentBatch) -> None:
    if BankFile.objects.using(ALIAS).filter(batch=batch).exists():
        raise TodokeError(
            ErrorCode.ALREADY_DONE,
            detail="振込ファイルは作成済み。銀行から取り戻すには組戻しを依頼してください",
        )


def _moves(cancellation_id: int, to: CancellationState, by: Actor, *, persons: int) -> None:
    rows, subject = of(CANCELLATION, [cancellation_id]), f"cancellation {cancellation_id}"
    move(ALIAS, CANCELLATION, rows, to=to, by=by, subject=subject, persons=persons)
