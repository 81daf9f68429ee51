"""ファイル連携の監視: what waits too long, lacks a number, exceeds its limit or fails rings an alarm, once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from todoke.access import alarms, directory
from todoke.access.models import Alarm
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.systems.linkage.queries import file_lists

FILES: Final = "file_exchange"
"""The kind of the alarm."""
AGAIN: Final = timedelta(days=1)
"""How long an alarm that goes on is silent before it rings again."""


def watch_files(*, by: Actor) -> int:
    """Ring what is the matter with any queue; how many alarms rang now."""
    require(by, Permission.LINKAGE_FILE_RUN)
    found = {f"{one.name}: {what}" for one in file_lists.standings() for what in one.found}
    if found:
        rung = Alarm.objects.using(directory.alias()).filter(kind=FILES, at__gt=clock.now() - AGAIN)
        found -= set(rung.values_list("detail", flat=True))
    for detail in sorted(found):
        alarms.ring(directory.alias(), FILES, by=by, detail=detail)
    return len(found)
