"""支援措置の秘匿: what of a protected person is shown to whom, and how the rest is named (DESIGN law 11)."""

from __future__ import annotations

from typing import Final

HIDDEN: Final = "（支援措置のため表示しません）"
REASON: Final = (
    "支援措置の対象者として住民記録に登録されています。住所・世帯・連絡先を、本人以外に知らせてはいけません。"
)
WITHHELD: Final = "（理由を見る権限がありません）"


def place(text: str, *, protected: bool, may: bool) -> str:
    """A place or a number by which somebody could be reached, unless it would give a protected person away."""
    return text if may or not protected else HIDDEN
