"""請求の種類, outcomes of a decision, and fees, with their articles."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What is asked for."""

    DISCLOSURE = "disclosure"
    CORRECTION = "correction"
    SUSPENSION = "suspension"


class Outcome(StrEnum):
    """決定 (82条, 93条, 101条). EXISTENCE: 存否応答拒否 (81条)."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"
    EXISTENCE = "existence"


KINDS: Final = {Kind.DISCLOSURE: "開示請求", Kind.CORRECTION: "訂正請求", Kind.SUSPENSION: "利用停止請求"}
ARTICLES: Final = {
    Kind.DISCLOSURE: ("76条", "82条", "83条"),
    Kind.CORRECTION: ("90条", "93条", "94条"),
    Kind.SUSPENSION: ("98条", "101条", "102条"),
}
"""Kind → the articles of the request, of its decision, of the deadline."""
OUTCOMES: Final = {
    Kind.DISCLOSURE: {
        Outcome.FULL: "全部を開示する", Outcome.PARTIAL: "一部を開示する", Outcome.NONE: "開示しない",
        Outcome.EXISTENCE: "存否を答えずに開示しない",
    },
    Kind.CORRECTION: {
        Outcome.FULL: "訂正する", Outcome.PARTIAL: "一部を訂正する", Outcome.NONE: "訂正しない",
    },
    Kind.SUSPENSION: {
        Outcome.FULL: "利用停止をする", Outcome.PARTIAL: "一部の利用停止をする", Outcome.NONE: "利用停止をしない",
    },
}  # fmt: skip
GIVING: Final = frozenset({Outcome.FULL, Outcome.PARTIAL})
"""Outcomes by which something is handed over or carried out."""
YEN_A_PAGE: Final = 10
"""写しの交付に要する費用 (個人情報の保護に関する法律89条2項・3項により条例で定める額): black and white, a side of A4 (docs/law.md)."""
PURPOSE: Final = "住民税非課税世帯等に対する給付金の支給の決定と支払、およびそのための税情報の照会"
"""利用目的 (82条1項)."""
GIVING_OUT: Final = (
    "写しの交付。この通知があった日から30日以内に、この通知書と本人確認書類を窓口に持参して、または郵送で申し出てください。"
    f"写しの費用は、白黒1面につき{YEN_A_PAGE}円です。"
)
"""開示の実施 (82条1項、87条3項・4項)."""
NO_SUSPENSION: Final = "情報提供等記録"
"""番号法31条1項: 98条から103条までは情報提供等記録に適用しない。"""
TEACHING: Final = (
    "この決定に不服があるときは、この決定があったことを知った日の翌日から起算して3か月以内に、横浜市長に対して審査請求を"
    "することができます（決定の日の翌日から起算して1年を経過したときを除きます）。",
    "この決定の取消しの訴えは、この決定があったことを知った日の翌日から起算して6か月以内に、横浜市を被告として（訴訟に"
    "おいて横浜市を代表する者は横浜市長です）提起することができます（決定の日の翌日から起算して1年を経過したときを除きます）。"
    "審査請求をしたときは、その裁決があったことを知った日の翌日から起算して6か月以内に提起することができます。",
)
"""教示 (行政不服審査法82条、行政事件訴訟法46条)."""


def fee(pages: int, *, exempt: bool) -> int:
    """円: for copies. `exempt`: 経済的困難その他特別の理由 (番号法31条1項により読み替える89条3項)."""
    return 0 if exempt else pages * YEN_A_PAGE
