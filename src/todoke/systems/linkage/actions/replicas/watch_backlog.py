"""滞留の監視: what waits too long to be sent rings an alarm for the administrator (700,000 records once stood for months)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from todoke.access import alarms, directory
from todoke.access.models import Alarm
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.systems.linkage.queries import replicas as reads

BACKLOG: Final = "linkage_backlog"
"""The kind of the alarm."""
AGAIN: Final = timedelta(hours=1)
"""How long an alarm that goes on is silent before it rings again."""


def watch_backlog(*, by: Actor) -> bool:
    """Look at what waits towards the intermediary; whether an alarm was rung now."""
    require(by, Permission.LINKAGE_REPLICA_OPERATE)
    found = reads.backlog()
    if not found.alarming or _rung_lately():
        return False
    since = f"{found.oldest.astimezone(clock.JAPAN):%Y-%m-%d %H:%M}" if found.oldest else ""
    alarms.ring(directory.alias(), BACKLOG, by=by, detail=f"{found.records} 件、最も古いもの {since} から")
    return True


def _rung_lately() -> bool:
    rows = Alarm.objects.using(directory.alias())
    return rows.filter(kind=BACKLOG, at__gt=clock.now() - AGAIN).exists()
