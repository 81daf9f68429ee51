"""照会状況表: in which column a question stands, and on which side of 照会 = 回答 + エラー + 待ち. The one place for both.

A state that stands nowhere here has no column; the completeness check then fails, on the screen and in the tests.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple, assert_never


class Column(StrEnum):
    """Each question that counts stands in exactly one of these."""

    UNSENT = "unsent"  # 未送信
    REJECTED = "rejected"  # 受付エラー
    WAITING = "waiting"  # 照会中
    HELD = "held"  # 提供者確認中 (自動応答不可)
    ANSWERED = "answered"  # 回答
    ELSEWHERE = "elsewhere"  # 住民登録外課税 (answered: taxed elsewhere, asked again there)
    NO_RECORD = "no_record"  # 該当なし
    FAILED = "failed"  # エラー
    EXPIRED = "expired"  # 期限切れ


_OF_STATE: Final = {
    "drafted": Column.UNSENT,
    "rejected": Column.REJECTED,
    "asked": Column.WAITING,
    "held": Column.HELD,
    "answered": Column.ANSWERED,
    "no_record": Column.NO_RECORD,
    "refused": Column.FAILED,
    "release_refused": Column.FAILED,
    "expired": Column.EXPIRED,
}


class Side(StrEnum):
    """The three sides that add up to what was asked."""

    ANSWERED = "answered"  # 回答
    FAILED = "failed"  # エラー
    WAITING = "waiting"  # 待ち


class Completeness(NamedTuple):
    """照会 N = 回答 a + エラー b + 待ち c. `asked` is counted apart from the states, from receipt and questions."""

    asked: int
    answered: int
    failed: int
    waiting: int

    @property
    def holds(self) -> bool:
        """Whether nobody was lost and nobody counted twice."""
        return self.asked == self.answered + self.failed + self.waiting


def column(state: str, *, elsewhere: bool) -> Column:
    """The column of a question in this state. `elsewhere`: its answer says 住民登録外課税. ValueError: unknown state."""
    if state == "answered" and elsewhere:
        return Column.ELSEWHERE
    if state not in _OF_STATE:
        raise ValueError(f"state {state} has no column")
    return _OF_STATE[state]


def side(column: Column) -> Side:
    """On which side of the equation a column counts."""
    match column:
        case Column.UNSENT | Column.WAITING | Column.HELD:
            return Side.WAITING
        case Column.ANSWERED | Column.ELSEWHERE | Column.NO_RECORD:
            return Side.ANSWERED
        case Column.REJECTED | Column.FAILED | Column.EXPIRED:
            return Side.FAILED
    assert_never(column)
