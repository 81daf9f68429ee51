"""性別: words and codes of other systems → the register's code."""

from __future__ import annotations

from typing import Final

from todoke.records.attributes import folding
from todoke.records.attributes.folding import Form

MALE, FEMALE, UNKNOWN = "1", "2", ""
_CODES: Final = {
    **dict.fromkeys(("1", "男", "男性", "おとこ", "オトコ", "M", "MALE"), MALE),
    **dict.fromkeys(("2", "女", "女性", "おんな", "オンナ", "F", "FEMALE"), FEMALE),
}


def sex(text: str) -> Form:
    """1 男, 2 女, empty for everything else: 不明 is never equal to anything."""
    plain = folding.fold(text, (folding.COMPATIBLE, folding.SPACES, folding.CAPITALS)).text
    code = _CODES.get(plain, UNKNOWN)
    return Form(code, () if code == text else ("性別の符号",))
