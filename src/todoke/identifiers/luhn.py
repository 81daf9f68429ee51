"""Check digit mod 10, double-add-double (ISO/IEC 7812-1 annex B), for numbers that Todoke itself mints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def check_digits(bodies: NDArray[np.integer]) -> NDArray[np.int64]:
    """Check digits of many bodies. Shape (n, width) of digits 0–9 in, (n,) out."""
    doubled = bodies[:, ::-1].astype(np.int64)
    doubled[:, ::2] *= 2
    sums: NDArray[np.int64] = (doubled // 10 + doubled % 10).sum(axis=1)
    return -sums % 10


def check_digit(body: str) -> str:
    """The check digit of one body of digits."""
    return str(check_digits(np.array([[int(c) for c in body]]))[0])


def is_valid(text: str, *, length: int) -> bool:
    """Whether `text` is `length` ASCII digits ending in the right check digit."""
    well_formed = len(text) == length and text.isascii() and text.isdigit()
    return well_formed and check_digit(text[:-1]) == text[-1]
