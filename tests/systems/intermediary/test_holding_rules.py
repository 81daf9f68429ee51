"""保留: when a permit is dead, when a request is overdue, and what a note may not hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from todoke.systems.intermediary.rules.holding import Limits, PermitLife, names_a_number

AT = datetime(2022, 2, 1, 9, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
LIMITS = Limits(hold=timedelta(days=90), alarm=timedelta(days=3))


@pytest.mark.parametrize(
    ("now", "life"),
    [
        (AT + timedelta(hours=24) - MOMENT, PermitLife.LIVE),
        (AT + timedelta(hours=24), PermitLife.EXPIRED),
        (AT + timedelta(days=90) - MOMENT, PermitLife.EXPIRED),
        (AT + timedelta(days=90), PermitLife.OVER),
    ],
)
def test_a_permit_is_dead_at_its_end(now: datetime, life: PermitLife) -> None:
    assert LIMITS.life(AT, AT + timedelta(hours=24), now) is life


def test_a_renewed_permit_does_not_outlive_the_hold() -> None:
    late = AT + timedelta(days=90)
    assert LIMITS.life(AT, late + MOMENT, late) is PermitLife.OVER


@pytest.mark.parametrize(
    ("after", "overdue"), [(timedelta(days=3) - MOMENT, False), (timedelta(days=3), True)]
)
def test_overdue_begins_exactly(after: timedelta, overdue: bool) -> None:
    assert LIMITS.overdue(AT, AT + after) is overdue


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("123456789012", True),
        ("1234-5678-9012", True),
        ("１２３４　５６７８　９０１２", True),
        ("番号は131122908668746です", True),
        ("03-1234-5678", False),
        ("2022年2月1日 14時30分、内線 1234", False),
        ("", False),
    ],
)
def test_long_numbers_are_found_however_they_are_written(text: str, found: bool) -> None:
    assert names_a_number(text) is found
