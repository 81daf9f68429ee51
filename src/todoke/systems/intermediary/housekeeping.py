"""What ends, or goes on, by time alone at 自治体中間サーバー, in each municipality's database."""

from __future__ import annotations

import logging
from typing import Final

from todoke.access.permissions import Actor
from todoke.batch.chores import Chore
from todoke.kernel.errors import TodokeError
from todoke.systems.intermediary.actions.compare_records import compare_records, is_due
from todoke.systems.intermediary.actions.expire_acquisitions import expire_acquisitions
from todoke.systems.intermediary.actions.expire_held import expire_held
from todoke.systems.intermediary.actions.ring_overdue import ring_overdue

_log = logging.getLogger("todoke.intermediary")


def _acquisitions(alias: str, by: Actor) -> int:
    return expire_acquisitions(alias=alias, by=by)


def _records(alias: str, by: Actor) -> int:
    """The network may be away: the next round goes on, and the other municipalities are not held up."""
    try:
        done = compare_records(alias=alias, by=by) if is_due(alias=alias, by=by) else {}
    except TodokeError as error:
        _log.warning("記録の突合を次の回に送りました: %s", error.code.name)
        return 0
    return sum(work.differing for work in done.values())


def _held(alias: str, by: Actor) -> int:
    return expire_held(alias=alias, by=by)


def _overdue(alias: str, by: Actor) -> int:
    return ring_overdue(alias=alias, by=by)


CHORES: Final = (
    Chore(title="使われなかった取得番号", run=_acquisitions),
    Chore(title="情報提供等記録の突合", run=_records),
    Chore(title="期限の過ぎた保留", run=_held),
    Chore(title="決まっていない保留の警報", run=_overdue),
)
