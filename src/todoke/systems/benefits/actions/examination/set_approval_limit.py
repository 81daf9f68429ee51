"""決裁区分の設定: what a 係長 approves, from a day on; asked by one, confirmed by another, never changed afterwards."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.flows import APPROVAL_LIMIT
from todoke.systems.benefits.models import ApprovalLimit
from todoke.systems.benefits.queries.examination import approval_limits
from todoke.systems.benefits.rules.examination.approval import MOST_YEN, LimitState
from todoke.systems.benefits.rules.programmes import find
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def ask_limit(*, since: date, yen: int, reason: str, by: Actor, programme: str = "") -> ApprovalLimit:
    """Ask for a line of one programme, or of every one that has none. RECORD_INVALID without a reason, for an amount that no
    programme pays or a day that is over; NOT_FOUND for an unknown programme."""
    require(by, Permission.BENEFITS_LIMIT_ASK)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    if not 0 <= yen <= MOST_YEN:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"額は 0 円から {MOST_YEN:,} 円までです")
    _not_over(since)
    if programme:
        find(programme)
    now = clock.now()
    with transaction.atomic(using=ALIAS):
        made = ApprovalLimit.objects.using(ALIAS).create(
            programme_id=programme or None, since=since, yen=yen, reason=reason.strip(), state=LimitState.ASKED,
            state_at=now, state_by=by.staff_id, asked_at=now, asked_by=by.staff_id,
        )  # fmt: skip
        subject = f"limit {made.pk} {programme or 'every'} {yen} since {since}"
        record(ALIAS, by=by, verb="benefits:limit:ask", subject=subject, persons=0)
    return made


def confirm_limit(*, limit_id: int, by: Actor) -> None:
    """The second person; in force from its day on. SAME_PERSON for the first; RECORD_INVALID when its day is over by now."""
    require(by, Permission.BENEFITS_LIMIT_CONFIRM)
    _not_over(approval_limits.one(limit_id).since)
    _moves(limit_id, LimitState.CONFIRMED, by)


def withdraw_limit(*, limit_id: int, by: Actor) -> None:
    """Not set after all."""
    require(by, Permission.BENEFITS_LIMIT_ASK)
    _moves(limit_id, LimitState.WITHDRAWN, by)


def _not_over(since: date) -> None:
    """What was approved before stays as it was approved: a line begins today or later."""
    if since < clock.today():
        raise TodokeError(
            ErrorCode.RECORD_INVALID, detail="始まりの日が過ぎています。今日以後の日にしてください"
        )


def _moves(limit_id: int, to: LimitState, by: Actor) -> None:
    rows, subject = of(APPROVAL_LIMIT, [limit_id]), f"limit {limit_id}"
    move(ALIAS, APPROVAL_LIMIT, rows, to=to, by=by, subject=subject, persons=0)
