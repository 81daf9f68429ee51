"""候補の説明: why an attribute agrees or does not, in a sentence for the person who decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from todoke.records.attributes import addresses, birth_dates, names, sexes
from todoke.systems.linkage.rules.blocking import Attribute, Level

_NEAR: Final = {
    Attribute.NAME: "一字違い、または姓だけが違います",
    Attribute.BIRTH_DATE: "年・月・日のうち一つが違うか不詳、または月と日が逆です",
    Attribute.ADDRESS: "町名までは同じで、番地が違います",
}


def sentence(
    attribute: Attribute, level: Level, *, asked: str, registered: str, home: Sequence[str] = ()
) -> str:
    """「異体字・旧字体（髙→高）をそろえると一致」 and the like. `asked` and `registered` are as written."""
    if level is Level.DIFFERS:
        return "違います"
    if level is Level.ABSENT:
        return "欠けているか一部が不詳のため、比べていません"
    if level is Level.NEAR:
        return _NEAR[attribute]
    if asked == registered:
        return "一致"
    changes = dict.fromkeys([*_changes(attribute, asked, home), *_changes(attribute, registered, home)])
    return f"{'、'.join(changes)}をそろえると一致"


def _changes(attribute: Attribute, text: str, home: Sequence[str]) -> tuple[str, ...]:
    match attribute:
        case Attribute.NAME:
            return names.name(text).changes
        case Attribute.SEX:
            return sexes.sex(text).changes
        case Attribute.BIRTH_DATE:
            return birth_dates.birth_date(text).changes
        case Attribute.ADDRESS:
            return addresses.address(text, home).changes
