"""事故発生時手順: the last day of each report, the day of knowledge being the first."""

from __future__ import annotations

from datetime import datetime

import pytest

from todoke.assurance.rules.incident_steps import MANY, NUMBERS, OTHER, WRONGFUL, steps_of
from todoke.kernel.clock import JAPAN

KNOWN = datetime(2026, 4, 1, 10, 0, tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("kind", "step", "last"),
    [
        (NUMBERS, "first_report", datetime(2026, 4, 5, 23, 59, tzinfo=JAPAN)),  # おおむね3〜5日以内
        (NUMBERS, "final_report", datetime(2026, 4, 30, 23, 59, tzinfo=JAPAN)),  # 30日以内
        (MANY, "final_report", datetime(2026, 4, 30, 23, 59, tzinfo=JAPAN)),
        (WRONGFUL, "final_report", datetime(2026, 5, 30, 23, 59, tzinfo=JAPAN)),  # 60日以内
        (OTHER, "contain", datetime(2026, 4, 2, 10, 0, tzinfo=JAPAN)),
        (OTHER, "find_out", None),
    ],
)
def test_the_last_day(kind: str, step: str, last: datetime | None) -> None:
    (rule,) = [one for one in steps_of(kind) if one.key == step]
    assert rule.due(KNOWN) == last
    if last is not None and rule.days:  # at whatever hour it became known
        assert rule.due(KNOWN.replace(hour=0)) == rule.due(KNOWN.replace(hour=23)) == last


def test_an_accident_that_is_not_reported_has_no_report() -> None:
    assert not {"first_report", "notify_persons", "final_report"} & {one.key for one in steps_of(OTHER)}
