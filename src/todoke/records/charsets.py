"""Character sets of record files, column by column: IBM host sets (CCSID 939, 930), JIS X 0201, UTF-8.

The IBM tables are read from ICU when this module is imported, so no table is kept in the project. Double-byte
text here is the pairs alone: the shift codes around it (SO 0E, SI 0F) are fields of their own, as in 別添1
items 6 and 8. User-defined pairs (from 6941) map one to one to U+E000 onwards and come back unchanged.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import icu
import numpy as np
from numpy.typing import NDArray

from todoke.records import ragged
from todoke.records.ragged import Mask, Ragged, Texts, pc

NOTHING = 0xFFFF
"""Stands for "not in this set", as code point (a noncharacter of Unicode) and as pair (unused on hosts)."""

HOST_SPELLING = {"～": "〜", "－": "−", "∥": "‖"}
"""JIS X 0208 characters that CP932 reads as another code point than the IBM host sets: CP932 to host."""

_WIDE_SPACE = 0x3000
_REPLACEMENT = 0xFFFD
_PAIR_BYTES = range(0x41, 0xFF)


@dataclass(frozen=True)
class Coded:
    """The result of encoding or decoding a column: rows, and which items of `flat` are not in the set."""

    rows: Ragged
    bad: Mask


class Charset(ABC):
    """One character set; `space` and `zero` are the byte values of those two characters."""

    name: str
    space: int
    zero: int

    @abstractmethod
    def encode(self, texts: Texts) -> Coded:
        """Text to bytes (uint8). `bad` has one item per byte."""

    @abstractmethod
    def decode(self, rows: Ragged) -> Coded:
        """Bytes to code points (uint32). `bad` has one item per code point."""

    def size_of(self, points: NDArray[np.uint32]) -> int:
        """How many bytes these code points take."""
        return len(points)


@dataclass(frozen=True, eq=False)
class TableCharset(Charset):
    """A single-byte set, with an optional double-byte set, given by the code point of every code.

    `single` has shape (256,), `pairs` (65536,) or None; NOTHING marks a code without a character.
    """

    name: str
    space: int
    zero: int
    single: NDArray[np.uint32]
    pairs: NDArray[np.uint32] | None = None
    shift_open: int = 0x0E
    shift_close: int = 0x0F

    @cached_property
    def _single_of(self) -> NDArray[np.uint32]:
        return _inverse(self.single)

    @cached_property
    def _pair_of(self) -> NDArray[np.uint32]:
        assert self.pairs is not None, f"{self.name} has no double-byte set"
        return _inverse(self.pairs)

    def encode(self, texts: Texts) -> Coded:
        points = ragged.code_points(texts)
        codes = self._single_of[np.minimum(points.flat, NOTHING)]
        return Coded(Ragged(codes.astype(np.uint8), points.lengths), codes == NOTHING)

    def decode(self, rows: Ragged) -> Coded:
        points = self.single[rows.flat]
        return Coded(Ragged(points, rows.lengths), points == NOTHING)

    def encode_pairs(self, texts: Texts) -> Coded:
        """Text to double-byte pairs (uint16, one item per character)."""
        points = ragged.code_points(texts)
        codes = self._pair_of[np.minimum(points.flat, NOTHING)]
        return Coded(Ragged(codes.astype(np.uint16), points.lengths), codes == NOTHING)

    def decode_pairs(self, rows: Ragged) -> Coded:
        """Double-byte pairs (uint16) to code points."""
        assert self.pairs is not None, f"{self.name} has no double-byte set"
        points = self.pairs[rows.flat]
        return Coded(Ragged(points, rows.lengths), points == NOTHING)

    @cached_property
    def wide_space(self) -> int:
        """The double-byte space (4040 on IBM hosts), with which wide fields are filled."""
        return int(self._pair_of[_WIDE_SPACE])


def _inverse(points: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """The code of every code point up to NOTHING; the lowest code wins."""
    codes = np.full(NOTHING + 1, NOTHING, dtype=np.uint32)
    used = np.flatnonzero(points != NOTHING)[::-1]
    codes[points[used]] = used
    return codes


def respell(texts: Texts, spelling: dict[str, str]) -> Texts:
    """The texts with every character of a named profile (HOST_SPELLING) replaced; nothing else changes."""
    for old, new in spelling.items():
        texts = pc.replace_substring(texts, old, new)
    return texts


class Utf8(Charset):
    """UTF-8; a field's width counts bytes."""

    name = "UTF-8"
    space = 0x20
    zero = 0x30

    def encode(self, texts: Texts) -> Coded:
        rows = ragged.utf8_bytes(texts)
        return Coded(rows, np.zeros(rows.flat.shape, dtype=np.bool_))

    def decode(self, rows: Ragged) -> Coded:
        try:
            return self._decode_valid(rows)
        except UnicodeDecodeError:
            return self._decode_each(rows)

    def size_of(self, points: NDArray[np.uint32]) -> int:
        return len(points.astype("<u4").tobytes().decode("utf-32-le").encode("utf-8"))

    def _decode_valid(self, rows: Ragged) -> Coded:
        # A row boundary inside a character must not be healed by the next row's bytes.
        firsts = (rows.flat & 0xC0) != 0x80
        beginnings = rows.starts[:-1][rows.lengths > 0]
        if not firsts[beginnings].all():
            return self._decode_each(rows)
        points = np.frombuffer(rows.flat.tobytes().decode("utf-8").encode("utf-32-le"), dtype=np.uint32)
        counts = np.diff(np.concatenate(([0], np.cumsum(firsts)))[rows.starts])
        return Coded(Ragged(points, counts), np.zeros(points.shape, dtype=np.bool_))

    def _decode_each(self, rows: Ragged) -> Coded:
        """Only when something is wrong: row by row, a bad row ending in one bad item."""
        texts = [_utf8_or_nothing(rows.row(index).tobytes()) for index in range(len(rows.lengths))]
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        points = np.frombuffer("".join(texts).encode("utf-32-le"), dtype=np.uint32)
        return Coded(Ragged(points, lengths), points == NOTHING)


def _utf8_or_nothing(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return raw[: error.start].decode("utf-8") + chr(NOTHING)


def _icu_points(raw: bytes, converter: str) -> NDArray[np.uint32]:
    """The code point that ICU reads at every code of `raw`; NOTHING where it has no character."""
    text = str(icu.UnicodeString(raw, converter, "replace"))
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).copy()
    points[(points < 0x20) | (points == _REPLACEMENT) | (points > NOTHING)] = NOTHING
    return points


def _icu_host(ccsid: int) -> TableCharset:
    """CCSID 939 or 930 by ICU's tables."""
    converter = f"ibm-{ccsid}"
    single = np.full(256, NOTHING, dtype=np.uint32)
    single[0x40:0xFF] = _icu_points(bytes(range(0x40, 0xFF)), converter)  # below: controls and shifts
    codes = np.array([0x4040, *(lead << 8 | trail for lead in _PAIR_BYTES for trail in _PAIR_BYTES)])
    pairs = np.full(0x10000, NOTHING, dtype=np.uint32)
    pairs[codes] = _icu_points(b"\x0e" + codes.astype(">u2").tobytes() + b"\x0f", converter)
    return TableCharset(f"IBM CCSID {ccsid}", 0x40, 0xF0, single, pairs)


def _jis_x_0201() -> TableCharset:
    """JIS X 0201: Latin with ¥ and ‾, and half-width katakana from A1."""
    single = np.full(256, NOTHING, dtype=np.uint32)
    single[0x20:0x7F] = np.arange(0x20, 0x7F)
    single[0x5C], single[0x7E] = ord("¥"), ord("‾")
    single[0xA1:0xE0] = np.arange(0xFF61, 0xFFA0)
    return TableCharset("JIS X 0201", 0x20, 0x30, single)


IBM_939 = _icu_host(939)
IBM_930 = _icu_host(930)
JIS_X_0201 = _jis_x_0201()
UTF_8 = Utf8()
