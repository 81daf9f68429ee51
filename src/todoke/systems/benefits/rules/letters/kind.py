"""発送物の種類: what a letter is for."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from todoke.systems.benefits.rules.deciding.push import Route


class LetterKind(StrEnum):
    """The first letter of a case has a route (お知らせ・確認書・申請書), and so has the same letter sent again."""

    FORMS = "forms"
    AGAIN = "again"  # 再発送
    REMINDER = "reminder"  # 勧奨
    DEFICIENCY = "deficiency"  # 不備
    DECISION = "decision"  # 支給決定
    REFUSAL = "refusal"  # 不支給決定
    REFUND = "refund"  # 返還
    DEMAND = "demand"  # 督促
    FAILED = "failed"  # 振込不能
    APPEAL_RECEIPT = "appeal_receipt"  # 不服の申出・審査請求の受付
    APPEAL_ANSWER = "appeal_answer"  # その回答・裁決


ROUTED: Final = frozenset({LetterKind.FORMS, LetterKind.AGAIN})
SHEETS: Final = {
    LetterKind.FORMS: 2, LetterKind.AGAIN: 2, LetterKind.REMINDER: 2, LetterKind.DEFICIENCY: 1,
    LetterKind.DECISION: 1, LetterKind.REFUSAL: 1, LetterKind.REFUND: 2, LetterKind.DEMAND: 2, LetterKind.FAILED: 2,
    LetterKind.APPEAL_RECEIPT: 1, LetterKind.APPEAL_ANSWER: 2,
}  # fmt: skip
"""Sheets of paper in one envelope; a page a sheet."""
TITLES: Final = {
    LetterKind.FORMS: "", LetterKind.AGAIN: "（再発送）", LetterKind.REMINDER: "手続きのお願い（勧奨）",
    LetterKind.DEFICIENCY: "不備のお知らせ", LetterKind.DECISION: "支給決定通知書",
    LetterKind.REFUSAL: "不支給決定通知書", LetterKind.REFUND: "返還のお願い",
    LetterKind.DEMAND: "返還金の督促状", LetterKind.FAILED: "振込ができなかったことのお知らせ",
    LetterKind.APPEAL_RECEIPT: "不服の申出の受付のお知らせ", LetterKind.APPEAL_ANSWER: "不服の申出への回答",
}  # fmt: skip


ANSWERED: Final = frozenset({LetterKind.DEFICIENCY, LetterKind.FAILED})
"""What the household is to answer by a day that stands in the letter."""
LATER: Final = tuple(kind for kind in LetterKind if kind is not LetterKind.FORMS)
"""What is printed for whoever waits for it at the moment."""


def named(kind: LetterKind) -> str:
    """The kind by itself, where no case and no route is known."""
    return "お知らせ・確認書・申請書" + TITLES[kind] if kind in ROUTED else TITLES[kind]


def title(kind: str, route: str) -> str:
    """確認書, 確認書（再発送）, 不備のお知らせ …"""
    known = LetterKind(kind)
    return f"{Route(route).value}{TITLES[known]}" if known in ROUTED else TITLES[known]
