"""不服の申出・審査請求: the list, and one of them."""

from __future__ import annotations

from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import Appeal
from todoke.systems.benefits.rules.aftermath.appeals import AppealState

ALIAS = "benefits"
OPEN = (AppealState.RECEIVED, AppealState.DRAFTED)


def one(appeal_id: int) -> Appeal:
    """That appeal with its case; NOT_FOUND otherwise."""
    found = Appeal.objects.using(ALIAS).select_related("case", "programme").filter(pk=appeal_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この申出")
    return found


def listed() -> list[Appeal]:
    """Open ones by the day on which they are to be answered, then the others, newest first."""
    rows = Appeal.objects.using(ALIAS).select_related("case")
    waiting = list(rows.filter(state__in=OPEN).order_by("answer_by", "pk"))
    return [*waiting, *rows.exclude(state__in=OPEN).order_by("-pk")[:200]]


def to_answer(but_by: str) -> int:
    """Drafts that wait for somebody else than this person."""
    return Appeal.objects.using(ALIAS).filter(state=AppealState.DRAFTED).exclude(drafted_by=but_by).count()


def overdue() -> int:
    """Open ones whose day is over."""
    return Appeal.objects.using(ALIAS).filter(state__in=OPEN, answer_by__lt=clock.today()).count()
