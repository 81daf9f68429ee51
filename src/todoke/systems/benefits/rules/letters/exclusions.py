"""Who gets no letter from a bulk run, checked against the newest register at print time (facts/benefit.md §3:
横須賀市 wrote to 462 dead people; 日野市 and 所沢市 revealed protected addresses)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class LetterExclusion(StrEnum):
    """The first reason that applies, in this order."""

    PROTECTED = "protected"  # 支援措置の対象: 責任職が個別に送る
    NOT_ELIGIBLE = "not_eligible"  # 最新の判定で支給対象でない
    DIED = "died"  # 死亡
    MOVED_OUT = "moved_out"  # 転出
    UNKNOWN = "unknown"  # 最新の住民記録にない
    TOO_LONG = "too_long"  # 住所または氏名が窓あき封筒の枠に入らない
    UNDRAWABLE = "undrawable"  # 書体にない文字がある


EXCLUSION_TITLES: Final = {
    LetterExclusion.PROTECTED: "支援措置の対象（責任職が個別に送る）",
    LetterExclusion.NOT_ELIGIBLE: "最新の判定で支給対象でない",
    LetterExclusion.DIED: "亡くなった",
    LetterExclusion.MOVED_OUT: "転出した",
    LetterExclusion.UNKNOWN: "最新の住民記録にない",
    LetterExclusion.TOO_LONG: "住所または氏名が封筒の窓に入らない",
    LetterExclusion.UNDRAWABLE: "書体にない文字がある",
}


def expression(*, address_length: int, name_length: int) -> str:
    """DuckDB: the reason or null, over the columns protected, decided, in_register, left_on, left_reason, address,
    name_kanji, postal_code and undrawable."""
    return f"""CASE
        WHEN protected IS NOT FALSE THEN '{LetterExclusion.PROTECTED}'
        WHEN decided IS DISTINCT FROM 'eligible' THEN '{LetterExclusion.NOT_ELIGIBLE}'
        WHEN in_register IS NOT TRUE THEN '{LetterExclusion.UNKNOWN}'
        WHEN left_reason = '死亡' THEN '{LetterExclusion.DIED}'
        WHEN left_on IS NOT NULL OR left_reason IS NOT NULL THEN '{LetterExclusion.MOVED_OUT}'
        WHEN length(address) > {address_length} OR length(name_kanji) > {name_length} THEN '{LetterExclusion.TOO_LONG}'
        WHEN undrawable IS NOT FALSE THEN '{LetterExclusion.UNDRAWABLE}'
    END"""
