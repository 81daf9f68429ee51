"""銀行の営業日 (銀行法施行令5条1項) and the cut-off by which a bank must have a transfer's file.

国民の祝日 follow from 国民の祝日に関する法律 (as amended for 2021 by the Olympic special law); the two equinoxes are
computed and announced for the next year each February in the official gazette.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

from todoke.kernel.clock import JAPAN

_SATURDAY: Final = 5
_SUNDAY: Final = 6
_DAY: Final = timedelta(days=1)
_YEAR_END: Final = frozenset({(12, 31), (1, 1), (1, 2), (1, 3)})
_FIRST_YEAR: Final = 2021
"""Earlier years had other holidays and are not asked for."""
_FIXED: Final = ((1, 1), (2, 11), (2, 23), (4, 29), (5, 3), (5, 4), (5, 5), (8, 11), (11, 3), (11, 23))
_MONDAYS: Final = ((1, 2), (7, 3), (9, 3), (10, 2))
_MOVED: Final = {
    (2021, 7, 19): date(2021, 7, 22),
    (2021, 8, 11): date(2021, 8, 8),
    (2021, 10, 11): date(2021, 7, 23),
}
"""令和三年東京オリンピック競技大会・東京パラリンピック競技大会特別措置法: 海の日, 山の日, スポーツの日."""


def is_closed(day: date) -> bool:
    """Whether banks are closed: Saturday, Sunday, a public holiday, 12-31 to 01-03."""
    return day.weekday() >= _SATURDAY or (day.month, day.day) in _YEAR_END or day in holidays(day.year)


def before(day: date, count: int) -> date:
    """The business day that lies `count` business days before `day`."""
    for _ in range(count):
        day -= _DAY
        while is_closed(day):
            day -= _DAY
    return day


def after(day: date, count: int) -> date:
    """The business day that lies `count` business days after `day`."""
    for _ in range(count):
        day += _DAY
        while is_closed(day):
            day += _DAY
    return day


def cut_off(transfer_on: date, *, days: int, hour: int) -> datetime:
    """By when the bank must have the file for that day: `hour` o'clock in Japan, `days` business days before."""
    return datetime.combine(before(transfer_on, days), time(hour), tzinfo=JAPAN)


def earliest(now: datetime, *, days: int, hour: int) -> date:
    """The first day for which the cut-off is not over yet."""
    day = now.astimezone(JAPAN).date()
    while is_closed(day) or cut_off(day, days=days, hour=hour) <= now:
        day += _DAY
    return day


@cache
def holidays(year: int) -> frozenset[date]:
    """国民の祝日, their substitutes and the days between two of them; none before 2021."""
    if year < _FIRST_YEAR:
        return frozenset()
    named = {_MOVED.get((day.year, day.month, day.day), day) for day in _named(year)}
    between = {
        day + _DAY for day in named if day + 2 * _DAY in named and (day + _DAY).weekday() != _SUNDAY
    } - named
    return frozenset(named | between | set(_substitutes(named)))


def _named(year: int) -> Iterator[date]:
    yield from (date(year, month, day) for month, day in _FIXED)
    for month, which in _MONDAYS:
        first = date(year, month, 1)
        yield first + timedelta(days=(7 - first.weekday()) % 7 + 7 * (which - 1))
    for month, start in ((3, 20.8431), (9, 23.2488)):
        yield date(year, month, int(start + 0.242194 * (year - 1980) - (year - 1980) // 4))


def _substitutes(named: set[date]) -> Iterator[date]:
    """振替休日: a holiday on a Sunday makes the next day that is none a holiday."""
    for sunday in (day for day in named if day.weekday() == _SUNDAY):
        free = sunday
        while free in named:
            free += _DAY
        yield free
