"""What banks told: failed transfers that wait for another account, recalls, and the results of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connections

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import Recall
from todoke.systems.benefits.rules.payments.failures import FailureClass

ALIAS = "benefits"
SHOWN = 1_000
_FAILED = """
SELECT c.id AS case_id, c.case_number, c.programme, t.attempt, t.amount_yen, coalesce(r.failure, '') AS failure,
    coalesce(w.returned_on, r.settled_on) AS since
FROM benefits_case c JOIN benefits_payment p ON p.case_id = c.id
JOIN benefits_transfer t ON t.payment_id = p.id
    AND NOT EXISTS (SELECT FROM benefits_transfer l WHERE l.follows_id = t.id)
LEFT JOIN benefits_transfer_result r ON r.transfer_id = t.id AND r.outcome = 'failed'
LEFT JOIN benefits_recall w ON w.transfer_id = t.id AND w.state = 'returned'
WHERE c.state = 'failed'
"""
_LIST = f"{_FAILED} ORDER BY since, c.case_number LIMIT {SHOWN}"
_ONE = f"{_FAILED} AND c.id = %s"
_TOTALS = """
SELECT count(*) FILTER (WHERE r.outcome = 'paid' AND w.id IS NULL),
    coalesce(sum(t.amount_yen) FILTER (WHERE r.outcome = 'paid' AND w.id IS NULL), 0),
    count(*) FILTER (WHERE r.outcome = 'failed' OR w.id IS NOT NULL),
    coalesce(sum(t.amount_yen) FILTER (WHERE r.outcome = 'failed' OR w.id IS NOT NULL), 0),
    count(*) FILTER (WHERE r.id IS NULL AND w.id IS NULL),
    coalesce(sum(t.amount_yen) FILTER (WHERE r.id IS NULL AND w.id IS NULL), 0)
FROM benefits_payment_batch b JOIN benefits_transfer t ON t.batch_id = b.id
LEFT JOIN benefits_transfer_result r ON r.transfer_id = t.id
LEFT JOIN benefits_recall w ON w.transfer_id = t.id AND w.state = 'returned'
WHERE b.programme = %s AND b.number = %s
"""
_RECALLS = """
SELECT w.id, c.case_number, t.amount_yen, w.state, w.reason, w.asked_at, w.asked_by, w.confirmed_by, w.returned_on
FROM benefits_recall w JOIN benefits_transfer t ON t.id = w.transfer_id
JOIN benefits_payment p ON p.id = t.payment_id JOIN benefits_case c ON c.id = p.case_id
"""


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A case whose last transfer failed or came back (`failure` None), and since when."""

    case_id: int
    case_number: str
    programme: str
    attempt: int
    amount_yen: int
    failure: FailureClass | None
    since: date


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The transfers of a batch by what became of them."""

    paid: int
    paid_yen: int
    failed: int
    failed_yen: int
    open: int
    open_yen: int


@dataclass(frozen=True, kw_only=True)
class ListedRecall:
    """One 組戻."""

    id: int
    case_number: str
    amount_yen: int
    state: str
    reason: str
    asked_at: datetime
    asked_by: str
    confirmed_by: str | None
    returned_on: date | None


def failed() -> list[Failed]:
    """Cases that wait for another account, the longest first."""
    return _failed(_LIST, [])


def failed_case(case_id: int) -> Failed:
    """That case; NOT_FOUND when it did not fail."""
    found = _failed(_ONE, [case_id])
    if not found:
        raise TodokeError(ErrorCode.NOT_FOUND, what="振込不能の世帯")
    return found[0]


def totals(programme: str, number: int) -> Totals:
    """What became of the batch's transfers."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_TOTALS, [programme, number])
        paid, paid_yen, failed, failed_yen, opened, open_yen = map(int, cursor.fetchone())
    return Totals(
        paid=paid, paid_yen=paid_yen, failed=failed, failed_yen=failed_yen, open=opened, open_yen=open_yen
    )


def recalls() -> list[ListedRecall]:
    """Every recall, newest first."""
    return _recalls(f"{_RECALLS} ORDER BY w.id DESC LIMIT {SHOWN}", [])


def recall(recall_id: int) -> ListedRecall:
    """That recall; NOT_FOUND otherwise."""
    found = _recalls(f"{_RECALLS} WHERE w.id = %s", [recall_id])
    if not found:
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"組戻 {recall_id}")
    return found[0]


def recalls_to_confirm(but_by: str) -> int:
    """How many recalls wait for somebody else than this person."""
    return Recall.objects.using(ALIAS).filter(state="asked").exclude(asked_by=but_by).count()


def _failed(statement: str, parameters: list[int]) -> list[Failed]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, parameters)
        return [
            Failed(
                case_id=case, case_number=number, programme=programme, attempt=attempt, amount_yen=yen,
                failure=FailureClass(failure) if failure else None, since=since,
            )
            for case, number, programme, attempt, yen, failure, since in cursor
        ]  # fmt: skip


def _recalls(statement: str, parameters: list[int]) -> list[ListedRecall]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        return [ListedRecall(**dict(zip(names, row, strict=True))) for row in cursor]
