"""時計の確認: how far each party's clock is from ours, measured on every message that it signed.

A message's way counts as skew, too: the measure is an upper bound for a clock that is behind. Past ALARM it is told in
the log, at most once a minute and party; past the limit nothing is taken from that party.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

ALARM = timedelta(seconds=30)
_PAUSE = timedelta(minutes=1)
_log = logging.getLogger("todoke.exchange")
_lock = threading.Lock()
_seen: dict[str, Skew] = {}
_told: dict[str, datetime] = {}


@dataclass(frozen=True, kw_only=True)
class Skew:
    """The last measure of one party. Positive: its clock is ahead of ours."""

    party: str
    seconds: float
    measured_at: datetime

    @property
    def alarming(self) -> bool:
        return abs(self.seconds) > ALARM.total_seconds()


def check(party: str, skew: timedelta, limit: timedelta) -> None:
    """Note the measure; CLOCK_SKEW beyond `limit`, which says whose clock is where."""
    now, seconds = clock.now(), skew.total_seconds()
    found = Skew(party=party, seconds=seconds, measured_at=now)
    with _lock:
        _seen[party] = found
        tell = found.alarming and now - _told.get(party, now - _PAUSE) >= _PAUSE
        if tell:
            _told[party] = now
    if tell:
        _log.warning("%s の時計が当方より %d 秒 %sいます", party, round(abs(seconds)), _side(seconds))
    if abs(skew) > limit:
        raise TodokeError(
            ErrorCode.CLOCK_SKEW,
            party=party,
            seconds=round(abs(seconds)),
            side=_side(seconds),
            allowed=int(limit.total_seconds()),
        )


def measured() -> list[Skew]:
    """The last measure of every party that this process heard of, by name."""
    with _lock:
        return [_seen[party] for party in sorted(_seen)]


def _side(seconds: float) -> str:
    return "進んで" if seconds > 0 else "遅れて"
