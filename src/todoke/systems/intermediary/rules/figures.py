"""統計 without persons: what may be counted apart, and what is put together because so few could be recognised.

「保留」 of one request from one small town tells that somebody protected moved from there to here. So a combination
that has fewer than ten exchanges is not shown: all of them of one month and side stand in one line, whose number is
exact from ten on and "10未満" below. No total stands beside them from which the rest could be subtracted. The sheet is made to
leave the house, so the rule holds for everybody; the officer who needs the single record reads it, with a purpose.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FEW: Final = 10
OTHERS: Final = "10件未満の組合せの合計"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """So many exchanges of a month. `count` is None below `FEW`; times in seconds, None where nothing was answered."""

    month: str
    side: str
    partner: str
    duty: str
    procedure: str
    information_code: str
    outcome: str
    count: int | None
    median: float | None
    p95: float | None


def suppressed(figures: Iterable[Figure]) -> list[Figure]:
    """The same with what is too few put together, in the order given and the rests last of their month and side."""
    shown: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    rest: dict[tuple[str, str], int] = defaultdict(int)
    for figure in figures:
        group = figure.month, figure.side
        if figure.count is not None and figure.count >= FEW:
            shown[group].append(figure)
        else:
            shown[group] += []
            rest[group] += figure.count or 0
    return [
        row
        for group, rows in shown.items()
        for row in (*rows, *([_others(group, rest[group])] if group in rest else []))
    ]


def _others(group: tuple[str, str], count: int) -> Figure:
    month, side = group
    return Figure(
        month=month, side=side, partner=OTHERS, duty="", procedure="", information_code="", outcome="",
        count=count if count >= FEW else None, median=None, p95=None,
    )  # fmt: skip
