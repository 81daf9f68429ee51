"""An amount of an answer has three states: known yen, absent with or without a reason, unusable. No two compare loosely.

An empty reply that counted as 0 made taxed people exempt (facts/linkage.md §2.3): so an amount is no number, has no
truth value, and equals nothing but another amount of the same state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

_DIGITS = re.compile(r"[0-9]{1,12}")


class Amount:
    """Known, Absent or Unusable."""

    def __bool__(self) -> NoReturn:
        raise TypeError("an amount is neither true nor false: ask which of its three states it is")


@dataclass(frozen=True, eq=False)
class Known(Amount):
    """So many yen (or persons)."""

    yen: int

    def __eq__(self, other: object) -> bool:
        _same_kind(other)
        return isinstance(other, Known) and other.yen == self.yen

    def __hash__(self) -> int:
        return hash((Known, self.yen))


@dataclass(frozen=True, eq=False)
class Absent(Amount):
    """No amount; `reason` is RON as it came, empty when none was given."""

    reason: str

    def __eq__(self, other: object) -> bool:
        _same_kind(other)
        return isinstance(other, Absent) and other.reason == self.reason

    def __hash__(self) -> int:
        return hash((Absent, self.reason))


@dataclass(frozen=True, eq=False)
class Unusable(Amount):
    """Something stands there that is no amount, or an amount beside a reason for its absence."""

    why: str

    def __eq__(self, other: object) -> bool:
        _same_kind(other)
        return isinstance(other, Unusable) and other.why == self.why

    def __hash__(self) -> int:
        return hash((Unusable, self.why))


def read(value: str | None, reason: str | None) -> Amount:
    """The state of one item. Blank is absent; only ASCII digits are an amount."""
    text, why = (value or "").strip(" "), (reason or "").strip(" ")
    if text and why:
        return Unusable("値と未設定事由の両方があります")
    if not text:
        return Absent(why)
    return Known(int(text)) if _DIGITS.fullmatch(text) else Unusable("数字ではありません")


def words(amount: Amount) -> str:
    """For a reader: 「3,500」, 「値なし（NotAcceptable）」, 「読めません（…）」."""
    match amount:
        case Known(yen=yen):
            return f"{yen:,}"
        case Absent(reason=reason):
            return f"値なし（{reason or '理由の記載なし'}）"
        case Unusable(why=why):
            return f"読めません（{why}）"
    raise TypeError("no amount")


def _same_kind(other: object) -> None:
    if not isinstance(other, Amount):
        raise TypeError("an amount compares with amounts only")
