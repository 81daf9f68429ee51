"""承認の規則: who may approve how much (決裁区分), why something is sent back, and how many are looked at beforehand.

The limits are dated data: a new one is a new line with its first day, never a change of an old line.
"""

from __future__ import annotations

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


LIMITS: Final = (Limit(since=date(2021, 12, 10), yen=300_000),)
"""見本の決裁区分: a city writes its own 決裁規程 here, by programme where it needs to."""
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


def limit(programme: str, on: date) -> int:
    """What a 係長 may approve a household on that day: the newest line of the programme, else of every programme.

    Zero where no line is in force: then only a 課長 approves.
    """
    own = [line for line in LIMITS if line.programme == programme and line.since <= on]
    every = [line for line in LIMITS if not line.programme and line.since <= on]
    lines = sorted(own or every, key=lambda line: line.since)
    return lines[-1].yen if lines else 0
