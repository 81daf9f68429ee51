"""課税の状態 (TaxStatus). Unknown is never "not taxed" (DESIGN §2)."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class TaxStatus(StrEnum):
    """What is known about one person's resident tax. The value is the word on screens, files and letters."""

    INCOME_LEVY = "所得割課税"
    PER_CAPITA_ONLY = "均等割のみ課税"
    EXEMPT = "非課税"
    WAIVED = "減免"
    EQUIVALENT = "非課税相当"  # 家計急変: by declared income, whatever the tax record says
    TREATY = "租税条約免除"
    UNDECLARED = "未申告"
    NOT_ASKED = "未照会"
    ASKED = "照会中"
    HELD = "提供者確認中"
    NO_ANSWER = "回答なし"
    ANSWER_ERROR = "回答エラー"
    TAXED_ELSEWHERE = "他市町村課税"

    @property
    def taxed(self) -> bool:
        """均等割 or 所得割 is levied."""
        return self in (TaxStatus.INCOME_LEVY, TaxStatus.PER_CAPITA_ONLY)

    @property
    def unknown(self) -> bool:
        """Neither taxed, nor exempt, nor treaty: blocks the household until it is known."""
        return not self.taxed and self not in _SETTLED


class SupportedBy(IntEnum):
    """扶養: whose dependant a person is. The least of a household says what holds for all of its members."""

    NOBODY = 0
    UNKNOWN = 1  # somebody of whom the city does not know whether he is taxed
    UNTAXED = 2
    TAXED = 3


_SETTLED = (TaxStatus.EXEMPT, TaxStatus.WAIVED, TaxStatus.EQUIVALENT, TaxStatus.TREATY)
ANSWERABLE = tuple(status for status in TaxStatus if status is not TaxStatus.EQUIVALENT)
"""What a register or an answer of another municipality can say."""
