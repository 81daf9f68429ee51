"""What ends by time alone at 情報提供ネットワークシステム."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Actor
from todoke.batch.chores import Chore
from todoke.systems.network.actions.acquire_codes import expire_acquisitions


def _acquisitions(_: str, by: Actor) -> int:
    return expire_acquisitions(by=by)


CHORES: Final = (Chore(title="届かなかった取得番号", run=_acquisitions),)
