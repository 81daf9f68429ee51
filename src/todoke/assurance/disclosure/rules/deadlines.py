"""期限 (個人情報の保護に関する法律83条・94条・102条): thirty days, once thirty more, days of 補正 not counted; what is fixed to when.

Since 1 April 2023, when the law came to hold for cities; before, Yokohama's own ordinance gave fourteen days (docs/law.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

DAYS: Final = 30
"""83条1項、94条1項、102条1項: from the day of the request, which itself is not counted (民法140条)."""
EXTENSION: Final = 30
"""83条2項、94条2項、102条2項: once, for good reason, with notice."""
AFTER_DISCLOSURE: Final = 90
"""90条3項、98条3項: a correction or suspension is asked for within so many days of the disclosure."""
ALARM: Final = 7
"""Days before the deadline from which a request stands out in the register (ours)."""

Pause = tuple[date, date | None]


def paused_days(pauses: Iterable[Pause], today: date) -> int:
    """Days that the requester took to complete the request (83条1項ただし書); one that lasts counts until today."""
    days: set[date] = set()
    for since, until in pauses:
        count = ((until or today) - since).days
        days.update(since + timedelta(days=n + 1) for n in range(count))
    return len(days)


def due_on(received_on: date, *, pauses: Iterable[Pause], extended: bool, today: date) -> date:
    """The last day for the decision."""
    days = DAYS + paused_days(pauses, today) + (EXTENSION if extended else 0)
    return received_on + timedelta(days=days)


def may_ask_until(handed_on: date) -> date:
    """The last day for asking for a correction or suspension of what was disclosed."""
    return handed_on + timedelta(days=AFTER_DISCLOSURE)
