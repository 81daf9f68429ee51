"""和暦の読み取り: a date as a person types it, in the Japanese or the western calendar, to a `date`.

`kernel.clock.wareki` writes; this reads. Both keep the same era edges, so a date comes back as it was shown.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from itertools import pairwise

from todoke.kernel.clock import ERAS, wareki

EXAMPLE = "例：平成27年4月1日、H27.4.1、2015/4/1、2015-04-01"

_LETTERS = {"R": "令和", "H": "平成", "S": "昭和", "T": "大正", "M": "明治"}
_NAMES = {name: start for start, name in ERAS}
_ENDS = {name: later[0] - timedelta(days=1) for later, (_, name) in pairwise(ERAS)}  # 令和 has no end yet
_ERA = "|".join([*_NAMES, *(name[0] for name in _NAMES), *_LETTERS])
_DATE = re.compile(
    rf"(?P<era>{_ERA})?(?P<year>\d{{1,4}}|元)[年./-](?P<month>\d{{1,2}})[月./-](?P<day>\d{{1,2}})日?"
)
_DASHES = re.compile("[‐‑‒–—−ー]")  # what keyboards and spreadsheets make of a hyphen
_DIGITS = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")


class UnreadableDate(ValueError):
    """The text is no date; the message is a Japanese sentence for the person who typed it."""


def read(text: str) -> date:
    """The day that `text` means. Full-width digits, spaces and the letters M T S H R in either case are fine.

    Raises UnreadableDate: no date, a day that does not exist, or a year outside its era (令和2020年, 平成31年5月1日).
    """
    plain = _DASHES.sub("-", re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper())
    found = _DATE.fullmatch(plain) or _DIGITS.fullmatch(plain)
    if found is None:
        raise UnreadableDate(f"日付として読み取れません。次のように入力してください。{EXAMPLE}")
    parts = found.groupdict()
    if not parts.get("era"):
        return _western(parts)
    return _japanese(_full_name(parts["era"]), parts)


def _full_name(era: str) -> str:
    return _LETTERS.get(era) or next(name for name in _NAMES if name.startswith(era))


def _western(parts: dict[str, str]) -> date:
    year = parts["year"]
    if year == "元" or len(year) != 4:
        raise UnreadableDate(f"年は、元号を付けるか、西暦の4桁で入力してください。{EXAMPLE}")
    return _day(int(year), parts, shown=f"{year}年")


def _japanese(era: str, parts: dict[str, str]) -> date:
    typed = parts["year"]
    count = 1 if typed == "元" else int(typed)
    last = _ENDS.get(era)
    if len(typed) == 4 and count >= _NAMES[era].year:
        raise UnreadableDate(
            f"{era}{count}年はありません。西暦で入力するときは、元号を付けずに「{count}年」としてください。"
        )
    if count == 0 or count > 200 or (last and _NAMES[era].year + count - 1 > last.year):
        end = f"{era}は{_year_of(last)}年までです。" if last else f"{era}の年は2桁までです。"
        raise UnreadableDate(f"{era}{typed}年はありません。{end}年を確かめてください。")
    day = _day(_NAMES[era].year + count - 1, parts, shown=f"{era}{typed}年")
    if day < _NAMES[era] or (last and day > last):
        raise UnreadableDate(
            f"{era}{typed}年{day.month}月{day.day}日は{era}の期間の外です。{_other_name(day)}元号と年月日を確かめてください。"
        )
    return day


def _day(year: int, parts: dict[str, str], *, shown: str) -> date:
    month, day = int(parts["month"]), int(parts["day"])
    try:
        return date(year, month, day)
    except ValueError as error:
        raise UnreadableDate(
            f"{shown}{month}月{day}日という日はありません。月と日を確かめてください。"
        ) from error


def _year_of(last: date) -> int:
    start = next(start for start, _ in ERAS if last >= start)
    return last.year - start.year + 1


def _other_name(day: date) -> str:
    try:
        return f"この日は{wareki(day)}です。"
    except ValueError:
        return ""
