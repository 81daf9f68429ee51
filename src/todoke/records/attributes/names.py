"""氏名 and フリガナ: forms in which two writings of one name are equal."""

from __future__ import annotations

from typing import Final

from todoke.records.attributes import folding
from todoke.records.attributes.folding import Form, Rule

NAME_RULES: Final = (
    folding.SELECTORS,
    folding.SPACES,
    folding.COMPATIBLE,
    folding.MIDDLE_DOTS,
    folding.VARIANTS,
    folding.REPEATS,
    folding.DASHES,
    folding.LONG_VOWELS,
    folding.SMALL_KANA,
    folding.OLD_KANA,
    folding.CAPITALS,
)
"""Hiragana and katakana stay apart: さくら and サクラ are two names in the register."""

_TO_KATAKANA = str.maketrans({chr(code): chr(code + 0x60) for code in range(0x3041, 0x3097)})
KATAKANA: Final = Rule("片仮名に統一", lambda text: text.translate(_TO_KATAKANA))
_SAME_SOUND = str.maketrans("ヂヅ", "ジズ")
KANA_RULES: Final = (
    *NAME_RULES,
    KATAKANA,
    Rule("同じ音の仮名", lambda text: text.translate(_SAME_SOUND)),
)


def name(text: str) -> Form:
    """氏名: 髙橋　奈々 → 高橋奈奈."""
    return folding.fold(text, NAME_RULES)


def kana(text: str) -> Form:
    """フリガナ: ｷｮｳｺ, きょうこ → キヨウコ. Long vowels that are written out (オオ, オー, オウ) stay apart."""
    return folding.fold(text, KANA_RULES)
