"""承認の規則: who may approve how much (決裁区分), why something is sent back, and how many are looked at beforehand.

The limits are dated data: a new one is a new line with its first day, asked by one and confirmed by another
(models/approval_limit.py), never a change of an old line. Until a city confirmed its own, the sample's line stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Level(StrEnum):
    """By whom."""

    CHIEF = "chief"  # 係長
    MANAGER = "manager"  # 課長


LEVEL_TITLES: Final = {Level.CHIEF: "係長", Level.MANAGER: "課長"}


@dataclass(frozen=True, kw_only=True)
class Limit:
    """Up to so many yen a household a 係長 approves, from that day on. An empty programme: every other one."""

    since: date
    yen: int
    programme: str = ""


class LimitState(StrEnum):
    """Of a line that a city asked for: confirmed by another, and in force from its day on."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


LIMIT_STATES: Final = {
    LimitState.ASKED: ("確認待ち", "wait"),
    LimitState.CONFIRMED: ("確認済み", "good"),
    LimitState.WITHDRAWN: ("取下げ", "plain"),
}
SAMPLE_LIMIT: Final = Limit(since=date(2021, 12, 10), yen=300_000)
"""見本の決裁区分, older than any line of a city's own."""
MOST_YEN: Final = 10_000_000
"""A limit above that is a slip of the finger: no programme pays a household as much."""
SAMPLE: Final = 10
"""抽出: so many of the households to be approved are shown with what was seen of each."""

RETURNS: Final = {
    "1": "書類と入力の内容が合わない",
    "2": "住民記録または判定を確かめ直す必要がある",
    "3": "口座または名義を確かめ直す必要がある",
    "4": "代理人の権限を確かめ直す必要がある",
    "5": "審査の後に届いた情報がある",
    "9": "その他（説明を書く）",
}
"""差戻しの理由, by the digit that is keyed and kept."""
OTHER: Final = "9"


def limit(lines: Iterable[Limit], programme: str, on: date) -> int:
    """What a 係長 may approve a household on that day: the newest line of the programme, else of every programme; of two
    with the same day the one that was asked for later.

    Zero where no line is in force: then only a 課長 approves.
    """
    known = [line for line in lines if line.since <= on]
    own = [line for line in known if line.programme == programme]
    every = [line for line in known if not line.programme]
    lines = sorted(own or every, key=lambda line: line.since)
    return lines[-1].yen if lines else 0
