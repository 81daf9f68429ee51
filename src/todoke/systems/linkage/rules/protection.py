"""支援措置等の秘匿 (PIA III.6): what of a protected person and of a 個人番号 may be shown, and how the rest is named."""

from __future__ import annotations

from typing import Final

HIDDEN: Final = "（自動応答不可の人のため表示しません）"
WITHHELD: Final = "（理由を見る権限がありません）"
NO_REASON: Final = "（理由の登録がありません）"
_SHOWN: Final = 3


def address(text: str, *, protected: bool, may: bool) -> str:
    """The address, unless it would tell where a protected person lives to somebody who may not know."""
    return text if may or not protected else HIDDEN


def mask(number: str) -> str:
    """個人番号 by its last three digits, to compare with a card that lies on the desk; never more."""
    return "＊" * (len(number) - _SHOWN) + number[-_SHOWN:]
