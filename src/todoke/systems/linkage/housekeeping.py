"""What ends by time alone in 統合番号連携システム."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Actor
from todoke.batch.chores import Chore
from todoke.systems.linkage.actions.reap_conversions import reap_conversions


def _answers(_: str, by: Actor) -> int:
    return reap_conversions(by=by)


CHORES: Final = (Chore(title="番号変換の回答", run=_answers),)
