"""How every proof is checked: tries limited and counted, the result logged, alarms kept (facts/exchange.md §d)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from django.db import connections, transaction

from todoke.access import alarms, attempts
from todoke.access.factors.interface import Factor, FactorOutcome, ProofContext
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record, record_refusal

KIND: Final = "factor"
"""One count for all factors of a person: failing at one does not buy tries at another."""
VERIFY: Final = "access:factor:verify"


def outside_of_transactions(alias: str) -> None:
    """RuntimeError inside a transaction: its end could undo a failed try."""
    if connections[alias].in_atomic_block:
        raise RuntimeError("a second factor is checked outside of any transaction")


def barred(alias: str, staff_id: str) -> TodokeError | None:
    """FACTOR_WAIT or FACTOR_LOCKED while no try of this person is looked at."""
    wait = attempts.wait(alias, staff_id, KIND)
    if wait is None:
        return TodokeError(ErrorCode.FACTOR_LOCKED, limit=attempts.HARD_CAP)
    if wait:
        return TodokeError(ErrorCode.FACTOR_WAIT, seconds=math.ceil(wait.total_seconds()))
    return None


def counted(
    context: ProofContext, staff_id: str, check: Callable[[], TodokeError | None]
) -> TodokeError | None:
    """Run `check` as one try; its refusal (returned or raised), or FACTOR_WAIT and FACTOR_LOCKED where it did not run.

    `check` runs in a transaction that holds the person's count, so parallel tries wait for each other.
    """
    refusals: list[TodokeError] = []

    def passes() -> bool:
        try:
            refusal = check()
        except TodokeError as raised:  # going on, it would undo the count
            refusal = raised
        refusals.extend([refusal] if refusal else [])
        return refusal is None

    tried = attempts.attempt(context.directory, staff_id, KIND, passes)
    if tried is attempts.Try.CAPPED:
        alarms.ring(context.directory, alarms.TRIES_EXHAUSTED, by=context.who, detail=KIND)
    if tried is attempts.Try.BLOCKED:
        return barred(context.directory, staff_id) or TodokeError(ErrorCode.FACTOR_WAIT, seconds=1)
    return refusals[0] if refusals else None


def settled(
    context: ProofContext,
    factor: Factor,
    refusal: TodokeError | None,
    *,
    alarm: str | None = None,
    detail: str = "",
) -> FactorOutcome:
    """The outcome, logged; an alarm that goes with it is kept first."""
    if alarm is not None:
        alarms.ring(context.directory, alarm, by=context.who, detail=detail)
    if refusal is None:
        with transaction.atomic(using=context.directory):
            record(context.directory, by=context.who, verb=VERIFY, subject=f"{factor}:{context.occasion}")
    else:
        subject = f"{factor}:{context.occasion}:{refusal.code.name}"
        record_refusal(context.directory, by=context.who, verb=VERIFY, subject=subject)
    return FactorOutcome(factor=factor, refusal=refusal, shared_id_suspected=alarm is not None)
