"""支払の見込み (forecast): what has been counted, carried on at the rates seen so far. Nothing cleverer, and it says so.

Returned forms go on coming, so the last line is a floor while the deadline is far away, and too high when it has passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.cases.stages import STATES, Stage

_S = CaseState
PACE_DAYS = 14
_EXAMINED = STATES[Stage.FORM] - {_S.RECEIVED}
_PASSED = STATES[Stage.APPROVED] | {_S.PASSED}


@dataclass(frozen=True, kw_only=True)
class Line:
    """How many cases of a state are expected to be paid, and how that was reckoned."""

    states: tuple[CaseState, ...]
    title: str
    cases: int
    expected: int
    how: str


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """All lines, their sum in cases and yen, and when the approvals will have caught up at the pace of late."""

    lines: tuple[Line, ...]
    expected: int
    yen: int
    waiting: int
    pace: int
    caught_up_on: date | None


def forecast(counts: Mapping[CaseState, int], *, amount: int, approved_lately: int, today: date) -> Forecast:
    """`approved_lately` counts the approvals of the last `PACE_DAYS` days."""
    lines = _lines(counts)
    expected = sum(line.expected for line in lines)
    waiting = counts.get(_S.RECEIVED, 0) + counts.get(_S.PASSED, 0)
    days = -(-waiting * PACE_DAYS // approved_lately) if approved_lately else 0
    return Forecast(
        lines=lines,
        expected=expected,
        yen=expected * amount,
        waiting=waiting,
        pace=approved_lately,
        caught_up_on=today + timedelta(days=days) if approved_lately else None,
    )


def _lines(counts: Mapping[CaseState, int]) -> tuple[Line, ...]:
    def many(states: frozenset[CaseState]) -> int:
        return sum(counts.get(state, 0) for state in states)

    examined, passed = many(_EXAMINED), many(_PASSED)
    letters, forms = many(STATES[Stage.LETTER]), many(STATES[Stage.FORM])
    received, printed = counts.get(_S.RECEIVED, 0), counts.get(_S.PRINTED, 0)
    pass_rate = f"審査を通った割合 {passed:,} / {examined:,}"
    return (
        Line(
            states=(_S.ORDERED, _S.PAID, _S.REFUNDING, _S.REFUNDED), title="振込依頼済み・支払済み", cases=many(STATES[Stage.ORDERED]),
            expected=many(STATES[Stage.ORDERED]), how="そのまま数える",
        ),
        _whole(counts, _S.RESERVED, "支払予定"),
        _whole(counts, _S.APPROVED, "承認済み"),
        _whole(counts, _S.PASSED, "審査済み・承認待ち"),
        Line(
            states=(_S.RECEIVED,), title="受付済み・審査待ち", cases=received,
            expected=_share(received, passed, examined), how=pass_rate,
        ),
        Line(
            states=(_S.PRINTED,), title="確認書発送済み・返送待ち", cases=printed,
            expected=_share(_share(printed, forms, letters), passed, examined),
            how=f"返送された割合 {forms:,} / {letters:,}、{pass_rate}",
        ),
    )  # fmt: skip


def _whole(counts: Mapping[CaseState, int], state: CaseState, title: str) -> Line:
    cases = counts.get(state, 0)
    return Line(states=(state,), title=title, cases=cases, expected=cases, how="そのまま数える")


def _share(number: int, part: int, whole: int) -> int:
    """`number` times part / whole, rounded half up, in integers; nothing is known yet: 0."""
    return (2 * number * part + whole) // (2 * whole) if whole else 0
