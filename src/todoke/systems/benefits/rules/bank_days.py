"""銀行の営業日: days on which banks certainly do not move money (銀行法施行令5条1項)."""

from __future__ import annotations

from datetime import date

_SATURDAY = 5
_YEAR_END = frozenset({(12, 31), (1, 1), (1, 2), (1, 3)})


def is_closed(day: date) -> bool:
    """Whether banks are closed for sure: Saturday, Sunday, 12-31 to 01-03.

    Public holidays (国民の祝日) are not known here: they change by law from year to year, so the officer who sets
    the date answers for them.
    """
    return day.weekday() >= _SATURDAY or (day.month, day.day) in _YEAR_END
