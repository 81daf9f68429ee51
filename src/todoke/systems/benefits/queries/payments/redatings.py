"""振込指定日の変更: of one batch, and those that wait for a second person."""

from __future__ import annotations

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import Redating
from todoke.systems.benefits.rules.payments.redating import RedatingState

ALIAS = "benefits"


def one(redating_id: int) -> Redating:
    """That one with its batch; NOT_FOUND otherwise."""
    found = Redating.objects.using(ALIAS).select_related("batch").filter(pk=redating_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この振込指定日の変更")
    return found


def asked(programme: str, number: int) -> Redating | None:
    """The one of that batch that waits."""
    rows = Redating.objects.using(ALIAS).filter(state=RedatingState.ASKED)
    return rows.filter(batch__programme=programme, batch__number=number).first()


def to_confirm(but_by: str) -> int:
    """How many wait for somebody else than this person."""
    return Redating.objects.using(ALIAS).filter(state=RedatingState.ASKED).exclude(asked_by=but_by).count()
