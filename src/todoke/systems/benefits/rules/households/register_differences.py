"""基準日と最新の違い: what is different of one person between the two registers, in words that stand without colour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final, Protocol

SAME: Final = "変化なし"
LABELS: Final[Mapping[str, str]] = {
    "household_code": "世帯",
    "is_head": "世帯主",
    "relationship": "続柄",
    "name_kanji": "氏名",
    "name_kana": "フリガナ",
    "sex": "性別",
    "birth_date": "生年月日",
    "postal_code": "郵便番号",
    "address": "住所",
    "ward_code": "現住所区",
    "nationality": "国籍",
    "protected": "支援措置",
    "left_on": "消除日",
    "left_reason": "消除事由",
}
"""Columns that are compared, as they are called."""


class Registered(Protocol):
    """A resident as one of the registers has them."""

    household_code: str
    is_head: bool
    address: str
    ward_code: str
    name_kanji: str
    birth_date: date
    moved_in_on: date | None
    left_on: date | None
    left_reason: str | None


def differing(base: Registered | None, latest: Registered | None) -> tuple[str, ...]:
    """The names of the columns that differ; none when one of the two is missing."""
    if base is None or latest is None:
        return ()
    return tuple(name for name in LABELS if getattr(base, name) != getattr(latest, name))


def words(base: Registered | None, latest: Registered | None, base_date: date) -> str:
    """死亡, 転出, 転入, 出生, 世帯の変更, 転居 …; 変化なし when both say the same."""
    if latest is None:
        return "最新の住民記録にない" if base is not None else SAME
    if base is None:
        if latest.birth_date > base_date:
            return "出生（基準日の後）"
        return "転入（基準日の後）" if latest.moved_in_on else "追加（基準日の後）"
    if latest.left_on and not base.left_on:
        return f"{latest.left_reason}（消除）"
    return "、".join(_moved(base, latest)) or SAME


def _moved(base: Registered, latest: Registered) -> list[str]:
    found = []
    changed = differing(base, latest)
    if base.household_code != latest.household_code:
        found.append("別の世帯に異動")
    if "address" in changed:
        found.append("転居（区をまたぐ）" if "ward_code" in changed else "転居")
    if "is_head" in changed:
        found.append("世帯主になった" if latest.is_head else "世帯主でなくなった")
    found += [
        f"{LABELS[name]}の変更"
        for name in changed
        if name in ("name_kanji", "birth_date", "sex", "nationality", "protected")
    ]
    return found or (["記載の変更"] if changed else [])
