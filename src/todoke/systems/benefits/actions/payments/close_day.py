"""日締め: the bank's debits are entered by one person and the day is closed by another, only when all agrees to the yen."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.models import BankDebit, DayClosing
from todoke.systems.benefits.queries.payments import day_end

ALIAS = "benefits"


def enter_debit(*, day: date, amount_yen: int, reference: str, by: Actor) -> BankDebit:
    """One line of the bank's statement: `reference` is its number there. Below zero where the bank gave money back.

    Errors: RECORD_INVALID for 0 yen or no reference, ALREADY_DONE for the same line or a closed day.
    """
    require(by, Permission.BENEFITS_DEBIT)
    if not amount_yen or not reference.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="金額と明細番号が必要です")
    try:
        with transaction.atomic(using=ALIAS):
            made = BankDebit.objects.using(ALIAS).create(
                day=day, amount_yen=amount_yen, reference=reference.strip(), entered_at=clock.now(),
                entered_by=by.staff_id,
            )  # fmt: skip
            record(ALIAS, by=by, verb="benefits:day:enter", subject=f"day {day} debit {made.pk}", persons=0)
    except IntegrityError as error:
        raise _explained(error, day) from error
    return made


def close_day(*, day: date, by: Actor) -> DayClosing:
    """Close the day. Errors: STATE_CONFLICT with the difference, SAME_PERSON for who entered a debit, ALREADY_DONE."""
    require(by, Permission.BENEFITS_DAY_CLOSE)
    found = day_end.one(day)
    if not found.files and not found.debit_yen:
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"{day} の振込")
    if found.difference or found.results_differ:
        detail = (
            f"振込ファイル {found.file_yen:,} 円に対し引落し {found.debit_yen:,} 円、"
            f"差額 {found.difference:,} 円です。銀行の明細と振込ファイルを確かめてください"
        )
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
    try:
        with transaction.atomic(using=ALIAS):
            made = DayClosing.objects.using(ALIAS).create(
                day=day, file_yen=found.file_yen, debit_yen=found.debit_yen, paid_yen=found.paid_yen,
                failed_yen=found.failed_yen, open_yen=found.open_yen, closed_at=clock.now(), closed_by=by.staff_id,
            )  # fmt: skip
            record(ALIAS, by=by, verb="benefits:day:close", subject=f"day {day}", persons=0)
    except IntegrityError as error:
        raise _explained(error, day) from error
    return made


def _explained(error: IntegrityError, day: date) -> Exception:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    if name == "day_closed_by_second":
        return TodokeError(ErrorCode.SAME_PERSON)
    if name in ("day_is_open", "benefits_day_closing_day_key"):
        return TodokeError(ErrorCode.ALREADY_DONE, detail=f"{day} は日締め済み")
    if name == "debit_line_once":
        return TodokeError(ErrorCode.ALREADY_DONE, detail="同じ明細番号の引落しを記録済み")
    return error
