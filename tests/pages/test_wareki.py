"""Dates as people type them: right at every era edge, and a sentence that helps where they are not."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.kernel.clock import ERAS, wareki
from todoke.pages.forms import DateField
from todoke.pages.wareki import UnreadableDate, read

DAYS = st.dates(date(1868, 10, 23), date(2099, 12, 31))
LETTERS = {"令和": "R", "平成": "H", "昭和": "S", "大正": "T", "明治": "M"}


@given(DAYS)
def test_what_is_shown_is_read_back(day: date) -> None:
    assert read(wareki(day)) == day


@given(DAYS)
def test_every_way_of_writing_one_day_means_that_day(day: date) -> None:
    start, name = next((start, name) for start, name in ERAS if day >= start)
    year, rest = day.year - start.year + 1, f".{day.month}.{day.day}"
    for text in (
        f"{name}{year}{rest}", f"{LETTERS[name]}{year}{rest}", f"{LETTERS[name].lower()}{year}{rest}", f"{name[0]}{year}{rest}",
        day.isoformat(), day.strftime("%Y/%m/%d"), day.strftime("%Y%m%d"), f"{day.year}年{day.month}月{day.day}日",
    ):  # fmt: skip
        wide = text.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)})
        assert read(text) == read(wide) == read(f" {text} ") == day, text


EDGES = [  # last day of the old era, first day of the new one
    ("明治45年7月29日", date(1912, 7, 29), "大正元年7月30日", date(1912, 7, 30)),
    ("大正15年12月24日", date(1926, 12, 24), "昭和元年12月25日", date(1926, 12, 25)),
    ("昭和64年1月7日", date(1989, 1, 7), "平成元年1月8日", date(1989, 1, 8)),
    ("平成31年4月30日", date(2019, 4, 30), "令和元年5月1日", date(2019, 5, 1)),
]


@pytest.mark.parametrize(("old", "last", "new", "first"), EDGES)
def test_both_sides_of_every_edge(old: str, last: date, new: str, first: date) -> None:
    assert first - last == timedelta(days=1)
    assert (read(old), read(new)) == (last, first)
    assert (wareki(last), wareki(first)) == (old, new)


def test_the_first_day_of_the_first_era() -> None:
    assert read("明治元年10月23日") == date(1868, 10, 23)
    with pytest.raises(UnreadableDate, match="期間の外"):
        read("明治元年10月22日")
    assert read("1868-10-22") == date(1868, 10, 22)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("平成31年5月1日", "この日は令和元年5月1日です"),
        ("昭和64年1月8日", "この日は平成元年1月8日です"),
        ("平成元年1月7日", "この日は昭和64年1月7日です"),
        ("大正15年12月25日", "この日は昭和元年12月25日です"),
        ("明治45年7月30日", "この日は大正元年7月30日です"),
        ("令和元年4月30日", "この日は平成31年4月30日です"),
        ("平成32年1月1日", "平成は31年までです"),
        ("昭和0年1月1日", "昭和0年はありません"),
        ("令和2020年4月1日", "元号を付けずに「2020年」"),
        ("Ｒ２０２０．４．１", "元号を付けずに「2020年」"),
        ("令和3年2月29日", "令和3年2月29日という日はありません"),
        ("2021-13-01", "2021年13月1日という日はありません"),
        ("27/4/1", "元号を付けるか、西暦の4桁"),
        ("元年4月1日", "元号を付けるか、西暦の4桁"),
        ("きのう", "読み取れません"),
        ("平成27年4月", "読み取れません"),
        ("9" * 5000 + "/1/1", "読み取れません"),
        ("慶応3年1月1日", "読み取れません"),
    ],
)
def test_a_date_that_is_none_says_why_and_how(text: str, said: str) -> None:
    with pytest.raises(UnreadableDate, match=said):
        read(text)


@given(st.text(max_size=20))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(UnreadableDate):
        assert isinstance(read(text), date)


def test_the_field_shows_and_takes_the_japanese_calendar() -> None:
    field = DateField(label="生年月日")
    assert field.clean("Ｈ２７．４．１") == date(2015, 4, 1)
    assert field.widget.format_value(date(2015, 4, 1)) == "平成27年4月1日"
    assert not field.has_changed(date(2015, 4, 1), "2015/4/1")
    assert field.has_changed(date(2015, 4, 1), "何日")
