"""Values shown safely: what a list of errors, a log or a screen may repeat of a personal value."""

from __future__ import annotations

import re

# Eleven digits or more, also full-width or grouped, may be an 個人番号 in the wrong place.
_LONG_NUMBER = re.compile(r"\d(?:[\s\-‐−－]?\d){10,}")
_SHOWN = 40


def masked(text: str) -> str:
    """The first character and the length: 横…(5字)."""
    return f"{printable(text[:1])}…({len(text)}字)" if text else ""


def hidden(text: str) -> str:
    """The length alone, for numbers that must never be repeated even in part."""
    return f"…({len(text)}字)" if text else ""


def shown(text: str, *, personal: bool) -> str:
    """The value as an error may show it: masked when personal, else cut to 40 characters.

    Whatever could be an individual number is hidden in every column, because columns get swapped.
    """
    if _LONG_NUMBER.search(text):
        return hidden(text)
    if personal:
        return masked(text)
    return printable(text[:_SHOWN]) + ("…" if len(text) > _SHOWN else "")


def printable(text: str) -> str:
    """The text with control and other invisible characters as U+XXXX."""
    return "".join(char if char.isprintable() else f"<U+{ord(char):04X}>" for char in text)
