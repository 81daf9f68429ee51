"""What ends by time alone at 自治体中間サーバー, in each municipality's database."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Actor
from todoke.batch.chores import Chore
from todoke.systems.intermediary.actions.expire_acquisitions import expire_acquisitions
from todoke.systems.intermediary.actions.expire_held import expire_held
from todoke.systems.intermediary.actions.ring_overdue import ring_overdue


def _acquisitions(alias: str, by: Actor) -> int:
    return expire_acquisitions(alias=alias, by=by)


def _held(alias: str, by: Actor) -> int:
    return expire_held(alias=alias, by=by)


def _overdue(alias: str, by: Actor) -> int:
    return ring_overdue(alias=alias, by=by)


CHORES: Final = (
    Chore(title="使われなかった取得番号", run=_acquisitions),
    Chore(title="期限の過ぎた保留", run=_held),
    Chore(title="決まっていない保留の警報", run=_overdue),
)
