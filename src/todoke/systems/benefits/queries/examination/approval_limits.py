"""決裁区分: the lines in force, and those that wait for a second person."""

from __future__ import annotations

from datetime import date

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import ApprovalLimit
from todoke.systems.benefits.rules.examination import approval
from todoke.systems.benefits.rules.examination.approval import Limit, LimitState

ALIAS = "benefits"


def limit(programme: str, on: date) -> int:
    """What a 係長 may approve a household of that programme on that day."""
    rows = ApprovalLimit.objects.using(ALIAS).filter(state=LimitState.CONFIRMED).order_by("pk")
    lines = [Limit(since=row.since, yen=row.yen, programme=row.programme_id or "") for row in rows]
    return approval.limit([approval.SAMPLE_LIMIT, *lines], programme, on)


def every() -> list[ApprovalLimit]:
    """All lines, the newest first."""
    return list(ApprovalLimit.objects.using(ALIAS).order_by("-pk"))


def one(limit_id: int) -> ApprovalLimit:
    """That line; NOT_FOUND otherwise."""
    found = ApprovalLimit.objects.using(ALIAS).filter(pk=limit_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この決裁区分")
    return found


def to_confirm(but_by: str) -> int:
    """How many wait for somebody else than this person."""
    rows = ApprovalLimit.objects.using(ALIAS).filter(state=LimitState.ASKED)
    return rows.exclude(asked_by=but_by).count()
