"""Numbers of the sample city: resident and household codes, 個人番号, 住民票コード, 統合番号."""

from __future__ import annotations

import numpy as np

from todoke.identifiers import individual_number, luhn
from todoke.sample.city import draw, text
from todoke.sample.city.draw import Ints
from todoke.sample.city.text import Text

# The 個人番号 that one asked person of every city of 2,000 or more has, so that tests can search for leaks.
CANARY_INDIVIDUAL_NUMBER = "314159265352"
_CANARY_BODY = int(CANARY_INDIVIDUAL_NUMBER[:-1])


def _scatter(seed: int, subject: str, count: int, *, digits: int) -> Ints:
    return draw.scatter(draw.stream(seed, subject), count, digits=digits)


def digits_of(numbers: Ints, width: int) -> Ints:
    """Decimal digits, leading zeros included. Shape (n,) in, (n, width) out."""
    return numbers[:, None] // 10 ** np.arange(width - 1, -1, -1, dtype=np.int64) % 10


def resident_codes(seed: int, count: int) -> Text:
    """住基個人コード: 10 digits, the first 0, so that a reader who takes them for integers is found out."""
    return text.padded(_scatter(seed, "resident codes", count, digits=9), 10)


def household_codes(seed: int, count: int) -> Text:
    """世帯コード: 10 digits, the first 1."""
    return text.whole(10**9 + _scatter(seed, "household codes", count, digits=9))


def individual_numbers(seed: int, count: int, canary: int | None) -> Text:
    """Distinct 個人番号 with check digits; `canary` is the row that gets CANARY_INDIVIDUAL_NUMBER."""
    bodies = _scatter(seed, "individual numbers", count + 1, digits=11)
    bodies = bodies[bodies != _CANARY_BODY][:count]
    if canary is not None:
        bodies[canary] = _CANARY_BODY
    return text.padded(bodies * 10 + individual_number.check_digits(digits_of(bodies, 11)), 12)


def juki_codes(seed: int, count: int) -> Text:
    """住民票コード: 10 digits and a check digit.

    The rule (平成14年総務省告示436号) could not be read; the digit follows the weights of 個人番号, and
    nothing may rely on it (facts/linkage.md §3.2).
    """
    bodies = _scatter(seed, "juki codes", count, digits=10)
    return text.padded(bodies * 10 + individual_number.check_digits(digits_of(bodies, 11)), 11)


def integrated_numbers(seed: int, code: str, count: int) -> Text:
    """統合番号 of one municipality: its 5-digit code and 9 digits as the serial, then the check digit."""
    serials = int(code) * 10**9 + _scatter(seed, f"integrated numbers {code}", count, digits=9)
    return text.padded(serials * 10 + luhn.check_digits(digits_of(serials, 14)), 15)
