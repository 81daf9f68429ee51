"""番号検索の制限: how often one member of staff may search by number. Trying numbers one by one is what an insider would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Limit:
    """So many searches within `window`; `wrong`: only those that found nobody count."""

    window: timedelta
    count: int
    wrong: bool
    title: str


LIMITS: Final = (
    Limit(window=timedelta(minutes=1), count=6, wrong=False, title="1分間に6回"),
    Limit(window=timedelta(days=1), count=200, wrong=False, title="1日に200回"),
    Limit(window=timedelta(days=1), count=10, wrong=True, title="1日に誤り10回"),
)
"""A check digit lets one guess of eleven pass; ten wrong tries a day find nobody (facts/exchange.md §8)."""

DOOR_OPEN: Final = timedelta(minutes=15)
"""How long a person who was found stays open to whoever searched."""
