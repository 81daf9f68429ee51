"""Yokohama 2019: 410 vouchers went to former addresses, because nobody renewed the addresses before. Here an old register
prints nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.systems.benefits.world import CLERK, CODE, World, decide, rows
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs
from todoke.systems.benefits.rules.letters import freshness
from todoke.systems.benefits.rules.payments.office import SAMPLE_CITY

NOW = datetime(2022, 2, 10, 15, 30, tzinfo=UTC)  # 11 February in Japan, half past midnight
REAL_CITY = replace(SAMPLE_CITY, register_hours=24, register_days=1)


@pytest.mark.parametrize(
    ("sealed_at", "as_of", "why"),
    [
        (NOW - timedelta(hours=24), date(2022, 2, 10), ""),
        (NOW - timedelta(hours=24, seconds=1), date(2022, 2, 10), "取り込んでから24時間を過ぎています"),
        (NOW, date(2022, 2, 9), "令和4年2月9日時点のもので、1日を過ぎています"),
        (None, date(2022, 2, 11), "取り込んだ日時が分かりません"),
    ],
)
def test_a_register_is_young_by_its_day_and_by_its_arrival(
    sealed_at: datetime | None, as_of: date, why: str
) -> None:
    assert freshness.stale(as_of=as_of, sealed_at=sealed_at, now=NOW, office=REAL_CITY) == why


def test_yokohama_2019_an_old_register_prints_no_letter(databases: object, tmp_path: Path) -> None:
    world = World(tmp_path, size=1).serve()
    decide({0: "eligible"})
    jobs.number_cases(CODE, by=CLERK)
    assert world.register is not None
    world.register = msgspec.structs.replace(world.register, sealed_at=clock.now() - timedelta(hours=25))
    with pytest.raises(TodokeError) as caught:
        jobs.print_letters(CODE, tmp_path, by=CLERK)
    assert caught.value.code is ErrorCode.REGISTER_OLD
    assert not list(tmp_path.glob("letters/*"))
    assert rows("SELECT state FROM benefits_case") == [("numbered",)]
    world.serve()
    (report,) = jobs.print_letters(CODE, tmp_path, by=CLERK)
    assert report.counts.accepted == 1
