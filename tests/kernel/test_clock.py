"""Ages by law, Japanese eras, and the error list."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, Family, TodokeError


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2003, 1, 3), date(2021, 1, 1), 17),
        (date(2003, 1, 2), date(2021, 1, 1), 18),  # the 18th year is full at the end of 1 January
        (date(2003, 1, 1), date(2021, 1, 1), 18),
        (date(2004, 2, 29), date(2021, 2, 27), 16),
        (date(2004, 2, 29), date(2021, 2, 28), 17),
    ],
)
def test_a_year_of_age_is_full_on_the_day_before_the_birthday(born: date, day: date, age: int) -> None:
    assert clock.age_on(born, day) == age


@given(st.dates(date(1920, 1, 1), date(2021, 1, 1)), st.integers(15, 20))
def test_the_cut_off_birth_date_agrees_with_the_age(born: date, age: int) -> None:
    day = date(2021, 1, 1)
    assert (born >= clock.born_after_for_age_under(age, day)) == (clock.age_on(born, day) < age)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2022, 9, 30), "令和4年9月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 24), "大正15年12月24日"),
    ],
)
def test_eras(day: date, text: str) -> None:
    assert clock.wareki(day) == text


def test_now_is_aware() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_every_error_says_what_to_do_in_japanese_and_has_an_exit_code() -> None:
    for code in ErrorCode:
        assert isinstance(code.family, Family)
        assert code.sentence.count("。") >= 1, code
        assert code.sentence.endswith(("。", "{todo}")), code
        assert 0 < code.family.exit_code < 128


def test_an_error_shows_its_stable_code_first() -> None:
    assert str(TodokeError(ErrorCode.NOT_FOUND, what="事業コード")).startswith("NOT_FOUND: ")
