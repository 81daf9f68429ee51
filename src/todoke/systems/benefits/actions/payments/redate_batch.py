"""振込指定日の変更: a batch that missed the bank's cut-off gets another day, by two people, as long as there is no file of it."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.flows import REDATING
from todoke.systems.benefits.models import BankFile, PaymentBatch, Redating
from todoke.systems.benefits.queries.payments import redatings
from todoke.systems.benefits.rules.payments import bank_days
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.rules.payments.redating import RedatingState
from todoke.workflow.runner import move, of

ALIAS = "benefits"
_FOLLOW = "UPDATE benefits_payment_batch SET transfer_on = %s WHERE id = %s"


def ask_redating(
    *, programme: str, number: int, transfer_on: date, reason: str, office: PayingOffice, by: Actor
) -> Redating:
    """Ask for another day. NOT_FOUND; RECORD_INVALID without a reason, for the same day, one on which banks are closed or whose
    cut-off is over; ALREADY_DONE while one is asked, or once the file was written."""
    require(by, Permission.BENEFITS_PAY)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    batch = PaymentBatch.objects.using(ALIAS).filter(programme=programme, number=number).first()
    if batch is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"支払単位 {number}")
    if batch.transfer_on == transfer_on:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="いまの振込指定日と同じです")
    _check(batch, transfer_on, office)
    now = clock.now()
    with transaction.atomic(using=ALIAS):
        try:
            with transaction.atomic(using=ALIAS):
                made = Redating.objects.using(ALIAS).create(
                    batch=batch, transfer_on_before=batch.transfer_on, transfer_on=transfer_on, reason=reason.strip(),
                    state=RedatingState.ASKED, state_at=now, state_by=by.staff_id, asked_at=now, asked_by=by.staff_id,
                )  # fmt: skip
        except IntegrityError as error:
            raise TodokeError(ErrorCode.ALREADY_DONE, detail="振込指定日の変更は依頼済み") from error
        record(ALIAS, by=by, verb="benefits:payment:redate", subject=f"redating {made.pk}", persons=0)
    return made


def confirm_redating(*, redating_id: int, office: PayingOffice, by: Actor) -> None:
    """The second person; the batch has that day from now on. SAME_PERSON; as for the first where the day has become impossible."""
    require(by, Permission.BENEFITS_RELEASE)
    with transaction.atomic(using=ALIAS):
        found = redatings.one(redating_id)
        batch = PaymentBatch.objects.using(ALIAS).select_for_update().get(pk=found.batch_id)
        _check(batch, found.transfer_on, office)
        _moves(redating_id, RedatingState.CONFIRMED, by)
        postgres.execute(ALIAS, _FOLLOW, [found.transfer_on, batch.pk])


def withdraw_redating(*, redating_id: int, by: Actor) -> None:
    """The day stays."""
    require(by, Permission.BENEFITS_PAY)
    _moves(redating_id, RedatingState.WITHDRAWN, by)


def _check(batch: PaymentBatch, day: date, office: PayingOffice) -> None:
    if BankFile.objects.using(ALIAS).filter(batch=batch).exists():
        raise TodokeError(ErrorCode.ALREADY_DONE, detail="振込ファイルは作成済み")
    first = office.earliest(clock.now())
    if bank_days.is_closed(day) or day < first:
        raise TodokeError(
            ErrorCode.RECORD_INVALID,
            detail=f"銀行が受け付ける日ではありません。{first} 以後の営業日にしてください",
        )


def _moves(redating_id: int, to: RedatingState, by: Actor) -> None:
    subject = f"redating {redating_id}"
    move(ALIAS, REDATING, of(REDATING, [redating_id]), to=to, by=by, subject=subject, persons=0)
