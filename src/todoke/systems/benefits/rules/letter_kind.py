"""発送物の種類: what a letter is for."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from todoke.systems.benefits.rules.push import Route


class LetterKind(StrEnum):
    """The first letter of a case has a route (お知らせ・確認書・申請書), and so has the same letter sent again."""

    FORMS = "forms"
    AGAIN = "again"  # 再発送
    REMINDER = "reminder"  # 勧奨
    DEFICIENCY = "deficiency"  # 不備
    DECISION = "decision"  # 支給決定
    REFUSAL = "refusal"  # 不支給決定
    REFUND = "refund"  # 返還


ROUTED: Final = frozenset({LetterKind.FORMS, LetterKind.AGAIN})
SHEETS: Final = {
    LetterKind.FORMS: 2, LetterKind.AGAIN: 2, LetterKind.REMINDER: 2, LetterKind.DEFICIENCY: 1,
    LetterKind.DECISION: 1, LetterKind.REFUSAL: 1, LetterKind.REFUND: 1,
}  # fmt: skip
"""Sheets of paper in one envelope; a page a sheet."""
TITLES: Final = {
    LetterKind.FORMS: "", LetterKind.AGAIN: "（再発送）", LetterKind.REMINDER: "手続きのお願い（勧奨）",
    LetterKind.DEFICIENCY: "不備のお知らせ", LetterKind.DECISION: "支給決定通知書",
    LetterKind.REFUSAL: "不支給決定通知書", LetterKind.REFUND: "返還のお願い",
}  # fmt: skip


def title(kind: str, route: str) -> str:
    """確認書, 確認書（再発送）, 不備のお知らせ …"""
    known = LetterKind(kind)
    return f"{Route(route).value}{TITLES[known]}" if known in ROUTED else TITLES[known]
