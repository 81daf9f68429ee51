"""統合番号 (IntegratedNumber, 団体内統合宛名番号): 15 digits, unique in one municipality.

The width is that of 地域情報プラットフォーム 識別番号 X(15); Yokohama's own check rule is not public, so
numbers minted here end in a mod-10 digit (facts/linkage.md §3.5).
"""

from __future__ import annotations

import numpy as np

from todoke.identifiers import luhn
from todoke.kernel.errors import ErrorCode, TodokeError

LENGTH = 15


def mint(serial: int) -> str:
    """The number for a serial from 0: 14 digits of serial and a check digit."""
    body = f"{serial:014d}"
    return body + luhn.check_digit(body)


def mint_many(first: int, count: int) -> list[str]:
    """The numbers of `count` serials from `first` on; the same as `mint` of each."""
    serials = np.arange(first, first + count, dtype=np.int64)
    bodies = serials[:, None] // 10 ** np.arange(LENGTH - 2, -1, -1, dtype=np.int64) % 10
    digits = np.column_stack((bodies, luhn.check_digits(bodies))).astype(np.uint8) + ord("0")
    return [text.decode() for text in digits.view(f"S{LENGTH}").ravel().tolist()]


def is_valid(text: str) -> bool:
    return luhn.is_valid(text, length=LENGTH)


def parse(text: str) -> str:
    """The number as given, or NUMBER_INVALID."""
    if not is_valid(text):
        raise TodokeError(ErrorCode.NUMBER_INVALID, kind="統合番号")
    return text
