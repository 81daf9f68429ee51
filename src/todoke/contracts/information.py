"""特定個人情報 that this duty asks for: 地方税関係情報, its items, and the codes of duty and procedure.

The item codes' real numbers (TK…) are not public; those here are invented and carry the item number of 別添1.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

LOCAL_TAX: Final = "TM00000000000002"
"""地方税関係情報 (facts/linkage.md §2.1)."""

DUTY: Final = "JM01000000121000"
"""事務: 番号法別表第二 121の項 (PIA I.5)."""

PROCEDURE: Final = "JT01010000000214"
"""事務手続: the tax query of that duty."""

TAX_ITEMS: Final = (
    "tax_year", "gross_income", "total_income", "dependants_general", "dependants_specific",
    "dependants_elderly", "dependants_under16", "housing_credit", "housing_credit_before_transfer",
    "donation_credit", "donation_credit_before_transfer", "income_levy", "income_levy_before_transfer",
    "per_capita_levy", "taxed_elsewhere", "taxing_municipality",
)  # fmt: skip
"""Items 31–46 of 別添1 in order; items 48–63 are their reasons of absence (RON)."""

ITEM_CODES: Final = {name: f"TK{31 + index:014d}" for index, name in enumerate(TAX_ITEMS)}
"""項目コード by item name."""


class Item(msgspec.Struct, frozen=True, array_like=True):
    """A value or the reason for its absence (ReasonOfNull), never neither and never both; neither is ever blank."""

    value: str | None
    reason: str | None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None) or "" in (self.value, self.reason):
            raise ValueError("an item is a value or a reason for its absence")


class Outcome(StrEnum):
    """How one inquiry about one person ended, or where it stands."""

    ASKED = "asked"  # 照会中
    ANSWERED = "answered"  # 回答あり
    NO_RECORD = "no_record"  # 該当なし
    HELD = "held"  # 提供者確認中 (自動応答不可)
    RELEASE_REFUSED = "release_refused"  # 提供者が不許可とした
    REFUSED = "refused"  # 許可されない照会、符号なし など
