"""期限切れ: questions without an answer for too long are given up for now; an answer that still comes is stored."""

from __future__ import annotations

from datetime import timedelta

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.inquiry.flows import QUERY, QueryState
from todoke.workflow.runner import Rows, move

ALIAS = "inquiry"
_OVERDUE = """
%(order)s IN ('', (SELECT s.order_id FROM inquiry_subject s WHERE s.id = r.subject_id)) AND (
    r.state = 'asked' AND r.state_at < %(asked_before)s OR r.state = 'held' AND r.state_at < %(held_before)s
)
"""
_COUNT = f"SELECT count(*) FROM inquiry_query r WHERE {_OVERDUE}"


def expire_queries(
    *,
    order_id: str = "",
    answer_days: int,
    held_days: int,
    reason: str,
    by: Actor,
    expected: int | None = None,
) -> int:
    """Expire what was asked `answer_days` ago or is held since `held_days`, of one order or of all; returns how many.

    Errors: RECORD_INVALID without a reason, STATE_CONFLICT when not exactly `expected` are overdue.
    """
    require(by, Permission.INQUIRY_EXPIRE)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    values = _values(order_id, answer_days, held_days)
    if expected is None and not postgres.fetch(ALIAS, _COUNT, values)[0][0]:
        return 0
    return move(
        ALIAS,
        QUERY,
        Rows(where=_OVERDUE, values=values, expected=expected),
        to=QueryState.EXPIRED,
        by=by,
        reason=reason,
        subject=f"order {order_id}" if order_id else "orders",
        also={"error": "expired", "reason": reason},
    )


def overdue(*, order_id: str, answer_days: int, held_days: int, by: Actor) -> int:
    """How many questions of an order `expire_queries` would expire now."""
    require(by, Permission.INQUIRY_EXPIRE)
    return int(postgres.fetch(ALIAS, _COUNT, _values(order_id, answer_days, held_days))[0][0])


def _values(order_id: str, answer_days: int, held_days: int) -> dict[str, object]:
    now = clock.now()
    return {
        "order": order_id,
        "asked_before": now - timedelta(days=answer_days),
        "held_before": now - timedelta(days=held_days),
    }
