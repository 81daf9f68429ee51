"""個人番号 (IndividualNumber): 12 digits, the last one a check digit (総務省令第85号 5条)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from todoke.kernel.errors import ErrorCode, TodokeError

LENGTH = 12
# Weights for the 11 body digits, left to right: Q_n = n+1 (n=1..6), n-5 (n=7..11), n counted from the right.
_WEIGHTS = np.array([6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2], dtype=np.int64)


def check_digits(bodies: NDArray[np.integer]) -> NDArray[np.int64]:
    """Check digits of many 11-digit bodies. Shape (n, 11) of digits 0–9 in, (n,) out."""
    remainder = bodies.astype(np.int64) @ _WEIGHTS % 11
    return np.where(remainder <= 1, 0, 11 - remainder)


def check_digit(body: str) -> str:
    """The check digit of an 11-digit body."""
    return str(check_digits(np.array([[int(c) for c in body]]))[0])


def is_valid(text: str) -> bool:
    """Whether `text` is 12 ASCII digits with the right check digit."""
    well_formed = len(text) == LENGTH and text.isascii() and text.isdigit()
    return well_formed and check_digit(text[:-1]) == text[-1]


def parse(text: str) -> str:
    """The number as given, or NUMBER_INVALID (which never repeats the number)."""
    if not is_valid(text):
        raise TodokeError(ErrorCode.NUMBER_INVALID, kind="個人番号")
    return text
