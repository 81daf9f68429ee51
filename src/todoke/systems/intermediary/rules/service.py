"""サービス時間と計画停止: whether the intermediary takes messages at a moment, and when it does again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from todoke.contracts.intermediary import PlannedPause, ServiceState
from todoke.kernel.clock import JAPAN

_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_DAY = 24 * 60


@dataclass(frozen=True)
class Hours:
    """サービス時間 of every day in Japan, in minutes after midnight; the end is not included."""

    opens: int
    closes: int

    def __str__(self) -> str:
        return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in (self.opens, self.closes))


def hours(text: str) -> Hours:
    """`08:00-21:00` or `00:00-24:00`. Raises ValueError: what cannot be read is not taken for open."""
    found = _HOURS.fullmatch(text)
    if found is None:
        raise ValueError("service hours are written as 08:00-21:00")
    a, b, c, d = map(int, found.groups())
    opens, closes = a * 60 + b, c * 60 + d
    if not opens < closes <= _DAY:
        raise ValueError("service hours end on the same day, after they begin")
    return Hours(opens, closes)


def standing(
    now: datetime, open_hours: Hours, pauses: Sequence[PlannedPause]
) -> tuple[ServiceState, datetime | None]:
    """The state now, and when messages are taken again (None while they are)."""
    state, moment = _state(now, open_hours, pauses), now
    if state is ServiceState.RUNNING:
        return state, None
    for _ in range(2 * len(pauses) + 3):  # each round leaves a pause or a night behind
        if _state(moment, open_hours, pauses) is ServiceState.RUNNING:
            break
        moment = _next(moment, open_hours, pauses)
    return state, moment


def _state(now: datetime, open_hours: Hours, pauses: Sequence[PlannedPause]) -> ServiceState:
    if any(pause.begins_at <= now < pause.ends_at for pause in pauses):
        return ServiceState.PLANNED_PAUSE
    local = now.astimezone(JAPAN)
    if open_hours.opens <= local.hour * 60 + local.minute < open_hours.closes:
        return ServiceState.RUNNING
    return ServiceState.CLOSED_HOURS


def _next(moment: datetime, open_hours: Hours, pauses: Sequence[PlannedPause]) -> datetime:
    ends = [pause.ends_at for pause in pauses if pause.begins_at <= moment < pause.ends_at]
    if ends:
        return max(ends)
    midnight = moment.astimezone(JAPAN).replace(hour=0, minute=0, second=0, microsecond=0)
    opening = midnight + timedelta(minutes=open_hours.opens)
    return (opening if opening > moment else opening + timedelta(days=1)).astimezone(moment.tzinfo)
