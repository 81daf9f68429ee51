"""給付管理番号 (CaseNumber): 13 digits = programme (3), serial (9), check digit (PIA I.2 システム1 (3))."""

from __future__ import annotations

from todoke.identifiers import luhn
from todoke.kernel.errors import ErrorCode, TodokeError

LENGTH = 13


def mint(programme: int, serial: int) -> str:
    """The number of case `serial` (from 1) in the programme with the three-digit number `programme`."""
    body = f"{programme:03d}{serial:09d}"
    return body + luhn.check_digit(body)


def is_valid(text: str) -> bool:
    return luhn.is_valid(text, length=LENGTH)


def parse(text: str) -> str:
    """The number as given, or NUMBER_INVALID."""
    if not is_valid(text):
        raise TodokeError(ErrorCode.NUMBER_INVALID, kind="給付管理番号")
    return text
