"""What ends by time alone at 自治体中間サーバー, in each municipality's database."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Actor
from todoke.batch.chores import Chore
from todoke.systems.intermediary.actions.expire_acquisitions import expire_acquisitions


def _acquisitions(alias: str, by: Actor) -> int:
    return expire_acquisitions(alias=alias, by=by)


CHORES: Final = (Chore(title="使われなかった取得番号", run=_acquisitions),)
