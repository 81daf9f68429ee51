"""Values shown safely: what a list of errors, a log or a screen may repeat of a personal value."""

from __future__ import annotations

import re

import pyarrow as pa

from todoke.records.ragged import Texts, pc

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


def masked_column(column: pa.ChunkedArray) -> Texts:  # type: ignore[type-arg]
    """A personal column masked: first character and length of a text, ＊ for a number; null stays null."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        hidden_numbers: Texts = pc.if_else(pc.is_valid(column), "＊", None)
        return hidden_numbers
    length = pc.utf8_length(column).cast(pa.string())
    first = pc.utf8_slice_codeunits(column, 0, 1)
    joined = pc.binary_join_element_wise(first, "…(", length, "字)", "")
    texts: Texts = pc.if_else(pc.equal(first, ""), "", joined)
    return texts
