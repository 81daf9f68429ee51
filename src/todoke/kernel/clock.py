"""Time: the only caller of now(), ages by law, and Japanese eras (和暦)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

JAPAN = ZoneInfo("Asia/Tokyo")

ERAS: Final = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1868, 10, 23), "明治"),
)
"""First day and name of every era since the one that the registers begin with, newest first (元号)."""


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in Japan."""
    return now().astimezone(JAPAN).date()


def age_on(born: date, day: date) -> int:
    """Age in whole years on `day`; one is added at the end of the day before the birthday.

    Source: 年齢計算ニ関スル法律 (明治35年法律第50号), 民法143条.
    """
    after = day + timedelta(days=1)
    return after.year - born.year - ((after.month, after.day) < (born.month, born.day))


def born_after_for_age_under(age: int, day: date) -> date:
    """The first birth date of a person who is still younger than `age` on `day` (see `age_on`)."""
    after = day + timedelta(days=1)
    return after.replace(year=after.year - age) + timedelta(days=1)


def wareki(day: date) -> str:
    """A date in the Japanese era calendar: 令和4年9月30日; the first year is 元年.

    Raises ValueError before 1868-10-23.
    """
    for start, name in ERAS:
        if day >= start:
            year = day.year - start.year + 1
            return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"
    raise ValueError(f"no era covers {day.isoformat()}")
