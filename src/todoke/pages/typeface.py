"""The typeface of everything that is printed, and which characters it can draw: a missing one must never be printed as an empty box."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pylopdf_fonts_jp
from numpy.typing import NDArray

_SEGMENTED_COVERAGE = 12


def font_file() -> Path:
    """Noto Sans JP, from an installed package."""
    return Path(pylopdf_fonts_jp.sans_path())


def undrawable(texts: Sequence[str]) -> NDArray[np.bool_]:
    """For each text, whether any of its characters has no glyph. Variation selectors count as missing:
    the name's own shape would be lost without a word. Shape (n,)."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    points = np.frombuffer("".join(texts).encode("utf-32-le"), dtype="<u4")
    bad = np.flatnonzero(~_covered()[points]) if len(points) else np.array([], dtype=np.int64)
    found = np.zeros(len(texts), dtype=np.bool_)
    found[np.searchsorted(np.cumsum(lengths), bad, side="right")] = True
    return found


@cache
def _covered() -> NDArray[np.bool_]:
    """One flag per Unicode code point, from the `cmap` table of the font (OpenType 1.9, format 12)."""
    data = font_file().read_bytes()
    groups = _groups(data, _table(data, b"cmap"))
    covered = np.zeros(0x110000, dtype=np.bool_)
    for first, last, glyph in groups.tolist():
        covered[first : last + 1] = glyph != 0 or last > first
    covered[[0x0A, 0x0D]] = False
    return covered


def _table(data: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", data, 4)
    for entry in range(count):
        name, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * entry)
        if name == tag:
            return int(offset)
    raise ValueError("the font file has no such table")


def _groups(data: bytes, start: int) -> NDArray[np.uint32]:
    (count,) = struct.unpack_from(">H", data, start + 2)
    for entry in range(count):
        (offset,) = struct.unpack_from(">I", data, start + 4 + 8 * entry + 4)
        (form,) = struct.unpack_from(">H", data, start + offset)
        if form == _SEGMENTED_COVERAGE:
            (groups,) = struct.unpack_from(">I", data, start + offset + 12)
            return (
                np.frombuffer(data, ">u4", groups * 3, start + offset + 16).reshape(-1, 3).astype(np.uint32)
            )
    raise ValueError("the font file has no full Unicode character map")
