"""支払の確定: the treasurer, a third person, locks a batch; from then on only its bank file can be written."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.queries.payments import stopped
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"

_SAME_PERSON = frozenset({"releaser_is_third_person", "releaser_is_not_preparer"})
_BATCH = """
SELECT b.id, b.payments, b.total_yen, b.prepared_by, r.id IS NOT NULL
FROM benefits_payment_batch b LEFT JOIN benefits_batch_release r ON r.batch_id = b.id
WHERE b.programme = %s AND b.number = %s
FOR UPDATE OF b
"""
_RELEASE = """
INSERT INTO benefits_batch_release (batch_id, prepared_by, released_at, released_by) VALUES (%s, %s, %s, %s)
"""


@dataclass(frozen=True, kw_only=True)
class Released:
    """The control totals of the batch that was released."""

    payments: int
    total_yen: int


def release_batch(
    *,
    programme: Programme,
    number: int,
    by: Actor,
    expected: int | None = None,
    expected_yen: int | None = None,
) -> Released:
    """Release one prepared batch.

    `expected` and `expected_yen`: count and total on the treasurer's own sheet; others are refused (STATE_CONFLICT).
    Errors: NOT_FOUND, ALREADY_DONE, STATE_CONFLICT for a batch that is to be given up or in which somebody came under
    protection unseen, SAME_PERSON when the actor prepared the batch or examined or approved
    anything in it (the database says so).
    """
    require(by, Permission.BENEFITS_RELEASE)
    try:
        with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
            cursor.execute(_BATCH, [programme.code, number])
            row = cursor.fetchone()
            if row is None:
                raise TodokeError(ErrorCode.NOT_FOUND, what=f"支払単位 {number}")
            batch, payments, total_yen, prepared_by, released = row
            if released:
                raise TodokeError(ErrorCode.ALREADY_DONE, detail=f"支払単位 {number} は確定済み")
            if expected not in (None, payments):
                raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"件数は {payments:,} 件です")
            if expected_yen not in (None, total_yen):
                raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"支払総額は {total_yen:,} 円です")
            stopped.refuse(batch)
            cursor.execute(_RELEASE, [batch, prepared_by, clock.now(), by.staff_id])
            subject = f"batch {programme.code} {number}"
            record(ALIAS, by=by, verb="benefits:payment:release", subject=subject, persons=payments)
    except IntegrityError as error:
        raise _explained(error) from error
    return Released(payments=payments, total_yen=total_yen)


def _explained(error: IntegrityError) -> Exception:
    """SAME_PERSON when the database refused for that reason, else the error itself."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if getattr(diagnosis, "constraint_name", None) in _SAME_PERSON:
        return TodokeError(ErrorCode.SAME_PERSON)
    return error
