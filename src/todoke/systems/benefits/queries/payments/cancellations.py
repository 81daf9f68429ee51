"""起案の取消し: of one batch, and those that wait for a second person."""

from __future__ import annotations

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import BatchCancellation
from todoke.systems.benefits.rules.payments.cancellation import CancellationState

ALIAS = "benefits"


def one(cancellation_id: int) -> BatchCancellation:
    """That one with its batch; NOT_FOUND otherwise."""
    found = BatchCancellation.objects.using(ALIAS).select_related("batch").filter(pk=cancellation_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この起案の取消し")
    return found


def asked(programme: str, number: int) -> BatchCancellation | None:
    """The one of that batch that waits."""
    rows = BatchCancellation.objects.using(ALIAS).filter(state=CancellationState.ASKED)
    return rows.filter(batch__programme=programme, batch__number=number).first()


def to_confirm(but_by: str) -> int:
    """How many wait for somebody else than this person."""
    rows = BatchCancellation.objects.using(ALIAS).filter(state=CancellationState.ASKED)
    return rows.exclude(asked_by=but_by).count()
