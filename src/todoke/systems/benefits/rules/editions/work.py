"""試算と判定のやり直し: which steps each has, and where such a work stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class WorkKind(StrEnum):
    """What somebody asked for."""

    TRIAL = "trial"
    JUDGING = "judging"

    @property
    def label(self) -> str:
        """As the screens say it."""
        return "試算" if self is WorkKind.TRIAL else "判定のやり直し"


class WorkState(StrEnum):
    """Open until it has ended; one that was stopped is open, too, and is carried on."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"


STEPS: Final[dict[WorkKind, dict[str, str]]] = {
    WorkKind.TRIAL: {
        "inputs": "封印済みファイルをそろえる",
        "before": "いまの版で判定する",
        "after": "提案した版で判定する",
        "compare": "判定が変わる世帯を数える",
    },
    WorkKind.JUDGING: {
        "decide": "すべての世帯を判定する",
        "overview": "一覧と集計を作り直す",
        "compare": "前の判定との違いを数える",
    },
}
"""Step → what it does, in their order."""
