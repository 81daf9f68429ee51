"""電話の応対: how much is said to whom. The operator types what the caller says; the system compares and shows nothing of it.

Two items that agree: where the form stands and when it is paid. Three: the amount and what is missing. Never: an account,
an address, or that somebody is protected (facts/benefit.md §2 step 17, §7; facts/exchange.md: a check digit is not enough).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum
from typing import Final

TO_TELL: Final = 2
TO_OPEN: Final = 3
MOST_MISSES: Final = 3
"""So many wrong answers end the call: whoever guesses on learns nothing."""
LIFE: Final = timedelta(hours=1)
"""How long a call stays open; the next caller is asked anew."""


class Item(StrEnum):
    """本人確認 by what the caller says."""

    NUMBER = "number"
    NAME = "name"
    BORN = "born"
    ADDRESS = "address"
    PHONE = "phone"


TITLES: Final = {
    Item.NUMBER: "給付管理番号",
    Item.NAME: "氏名（フリガナ）",
    Item.BORN: "生年月日",
    Item.ADDRESS: "住所（番地まで）",
    Item.PHONE: "届出の電話番号",
}
QUESTIONS: Final = {
    Item.NUMBER: "書類の右上にある13桁の番号を読み上げてください。",
    Item.NAME: "お名前をフルネームでお願いします。",
    Item.BORN: "生年月日をお願いします。",
    Item.ADDRESS: "住民登録のあるご住所を、番地までお願いします。",
    Item.PHONE: "書類に書かれたお電話番号をお願いします。",
}
"""What the operator asks; never with the answer in it."""

NOBODY: Final = (
    "お調べして、給付金担当から折り返しご連絡します。お名前と、折り返しのお電話番号をお聞かせください。"
)
"""Read out where nothing can be told by telephone, whatever the reason: the operator does not know it, either."""


class Depth(StrEnum):
    """How far a call has come."""

    ASKING = "asking"
    TELLING = "telling"
    OPEN = "open"
    STOPPED = "stopped"


def depth(agreed: Collection[Item], misses: int) -> Depth:
    """How much may be said after these answers."""
    if misses >= MOST_MISSES:
        return Depth.STOPPED
    if len(agreed) >= TO_OPEN:
        return Depth.OPEN
    return Depth.TELLING if len(agreed) >= TO_TELL else Depth.ASKING


def masked(name: str) -> str:
    """𠮷田　花子 → 𠮷●　●●: enough to notice that the wrong person was found."""
    first, rest = name[:1], name[1:]
    return first + "".join(char if char.isspace() else "●" for char in rest)
