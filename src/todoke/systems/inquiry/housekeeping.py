"""What ends by time alone in 税情報一括照会."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from todoke.access.permissions import Actor
from todoke.batch.chores import Chore
from todoke.systems.inquiry.actions.expire_queries import expire_queries


def _questions(_: str, by: Actor) -> int:
    return expire_queries(
        answer_days=settings.TODOKE_ANSWER_DAYS,
        held_days=settings.TODOKE_HELD_DAYS,
        reason="期限までに回答がない",
        by=by,
    )


CHORES: Final = (Chore(title="期限切れの照会", run=_questions),)
