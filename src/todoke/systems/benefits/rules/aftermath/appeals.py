"""不服: whoever does not agree with a decision says so within three months of knowing it, and gets a reasoned answer.

行政不服審査法18条: three months from the day after knowing, one year from the day after the decision. The benefit is a gift
(facts/benefit.md §1.4), so most programmes take a 不服の申出 by the same days; where an ordinance makes the decision an
administrative act, it is a 審査請求. §9条2項: nobody who took part in the decision hears it.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

ANSWER_DAYS: Final = 60
"""Our own aim (標準審理期間); no law fixes it."""
_MONTHS: Final = 3
ANSWER_LENGTH: Final = 1_000
ANSWER_LINES: Final = 24
"""What the second sheet of the letter holds."""


class AppealKind(StrEnum):
    """Which of the two."""

    OBJECTION = "objection"
    REVIEW = "review"


class AppealState(StrEnum):
    """Received, answered in draft by one, decided by another."""

    RECEIVED = "received"
    DRAFTED = "drafted"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


class AppealOutcome(StrEnum):
    """認容, 棄却, 却下."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"
    REJECTED = "rejected"


KINDS: Final = {AppealKind.OBJECTION: "不服の申出", AppealKind.REVIEW: "審査請求"}
STATES: Final = {
    AppealState.RECEIVED: ("回答の起案待ち", "wait"),
    AppealState.DRAFTED: ("決裁待ち", "wait"),
    AppealState.ANSWERED: ("回答済み", "good"),
    AppealState.WITHDRAWN: ("取下げ", "plain"),
}
OUTCOMES: Final = {
    AppealOutcome.UPHELD: "認容（申出のとおり決定を改める）",
    AppealOutcome.DISMISSED: "棄却（決定を改めない）",
    AppealOutcome.REJECTED: "却下（期限を過ぎたなど、審理しない）",
}


def deadline(known_on: date, decided_on: date) -> date:
    """The last day: three months after knowing, and at the latest one year after the decision."""
    return min(_months_after(known_on, _MONTHS), _months_after(decided_on, 12))


def _months_after(day: date, months: int) -> date:
    """民法143条: counted from the day after, a period of months ends on the day of the same number, or the month's last."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def fits(answer: str) -> bool:
    """Whether the reasons stand on one sheet, which carries the number of the case."""
    return len(answer) <= ANSWER_LENGTH and answer.count("\n") < ANSWER_LINES


def answer_by(received_on: date) -> date:
    """By when it is to be answered."""
    return received_on + timedelta(days=ANSWER_DAYS)
