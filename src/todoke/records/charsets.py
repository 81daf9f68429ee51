"""Character sets of record files, column by column: host sets, JIS X 0201, lead-byte sets, UTF-8.

The tables are those of `codes`, without control characters, which belong in no field. Double-byte text in a field
of its own is the pairs alone: the shift codes around it (SO 0E, SI 0F) are fields of their own, as in 別添1 items
6 and 8. Mixed text carries its shift codes within the field and begins and ends single-byte.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from todoke.records import ragged
from todoke.records.codes.coded_set import SINGLE, CodedSet
from todoke.records.codes.ibm import ibm
from todoke.records.codes.tables import MISSING, POINT, TAILED
from todoke.records.codes.writing import fit
from todoke.records.ragged import Mask, Ragged, Texts, pc

NOTHING = 0xFFFF
"""Stands for "not in this set", as code point (a noncharacter of Unicode) and as pair (unused on hosts)."""

HOST_SPELLING = {"～": "〜", "－": "−", "∥": "‖"}
"""JIS X 0208 characters that CP932 reads as another code point than the IBM host sets: CP932 to host."""

_WIDE_SPACE = "\u3000"


@dataclass(frozen=True)
class Coded:
    """The result of encoding or decoding a column: rows, and which items of `flat` are not in the set.

    `twofold` marks what counts once on the other side: a code written for two code points, or the second code
    point that was read from one code. None: nothing.
    """

    rows: Ragged
    bad: Mask
    twofold: Mask | None = None

    def first_bad(self, row: int) -> int:
        """The first bad item of a row that has one, from 0."""
        return int(np.argmax(self._of(self.bad, row)))

    def code_point_of(self, row: int, item: int) -> int:
        """After encoding: the code point, from 0, with which the text of an item begins."""
        return item + self._twofold_before(row, item)

    def code_of(self, row: int, item: int) -> int:
        """After decoding: which code of the row, from 0, a code point was read from."""
        return item - self._twofold_before(row, item)

    def _twofold_before(self, row: int, item: int) -> int:
        return 0 if self.twofold is None else int(np.count_nonzero(self._of(self.twofold, row)[:item]))

    def _of(self, items: Mask, row: int) -> Mask:
        return items[self.rows.starts[row] : self.rows.starts[row + 1]]


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
    """A single-byte set, with the double-byte set beside it if it has one."""

    coded: CodedSet
    name: str
    space: int
    zero: int

    @cached_property
    def single(self) -> NDArray[np.uint32]:
        """The code point of every byte, NOTHING where there is none. Shape (256,)."""
        return _points(self._singles.table.entries[SINGLE : SINGLE + 256])

    @cached_property
    def pairs(self) -> NDArray[np.uint32] | None:
        """The (first) code point of every pair, NOTHING where there is none. Shape (65536,)."""
        return _points(self.coded.table.entries[:SINGLE]) if self.coded.pairs else None

    @property
    def shift_open(self) -> bytes:
        """The code that opens double-byte text."""
        assert self.coded.shifts is not None, f"{self.name} has no shift codes"
        return self.coded.shifts.opens[0]

    @property
    def shift_close(self) -> bytes:
        """The code that closes it."""
        assert self.coded.shifts is not None, f"{self.name} has no shift codes"
        return self.coded.shifts.closes[0]

    @cached_property
    def shift_bytes(self) -> frozenset[int]:
        """The bytes that begin a shift code."""
        return self.coded.shifts.lead_bytes if self.coded.shifts else frozenset()

    def holds_mixed(self, *, mixed_field: bool) -> bool:
        """Whether a field's text may have characters of more than one byte: always with lead bytes."""
        return mixed_field or bool(self.coded.leads)

    def field_set(self, *, wide: bool, mixed_field: bool) -> CodedSet:
        """The characters that a field may hold: pairs, all, or single bytes."""
        if wide:
            return self._doubles
        return self.coded if self.holds_mixed(mixed_field=mixed_field) else self._singles

    @cached_property
    def _singles(self) -> CodedSet:
        return replace(self.coded, pairs={}, triples={}, accepted=_within(self.coded, single=True))

    @cached_property
    def _doubles(self) -> CodedSet:
        return replace(self.coded, single={}, triples={}, accepted=_within(self.coded, single=False))

    def encode(self, texts: Texts) -> Coded:
        return _encoded(self._singles, texts, np.uint8)

    def decode(self, rows: Ragged) -> Coded:
        return _decoded(self._singles, rows, SINGLE)

    def encode_pairs(self, texts: Texts) -> Coded:
        """Text to double-byte pairs (uint16, one item per character)."""
        return _encoded(self._doubles, texts, np.uint16)

    def decode_pairs(self, rows: Ragged) -> Coded:
        """Double-byte pairs (uint16) to code points."""
        return _decoded(self._doubles, rows, 0)

    @cached_property
    def wide_space(self) -> int:
        """The double-byte space (4040 on IBM hosts), with which wide fields are filled."""
        return self._doubles.table.writing[_WIDE_SPACE]


def _within(coded: CodedSet, *, single: bool) -> dict[str, int]:
    return {text: code for text, code in coded.accepted.items() if (code >= SINGLE) == single}


def _points(entries: NDArray[np.uint32]) -> NDArray[np.uint32]:
    return np.where(entries & MISSING, NOTHING, entries & POINT).astype(np.uint32)


def _encoded(coded: CodedSet, texts: Texts, width: type[np.uint8] | type[np.uint16]) -> Coded:
    points = ragged.code_points(texts)
    joinable = None
    if coded.table.code_of_two:
        joinable = np.ones(len(points.flat), dtype=np.bool_)
        joinable[points.starts[:-1][points.lengths > 0]] = False
    fitted = fit(coded, points.flat, joinable)
    bad = np.zeros(len(points.flat), dtype=np.bool_)
    bad[fitted.bad] = True
    if fitted.places is None:
        return Coded(Ragged(fitted.codes.astype(width), points.lengths), bad)
    begins = np.concatenate((np.searchsorted(fitted.places, points.starts[:-1]), [len(fitted.places)]))
    twofold = np.diff(fitted.places, append=len(points.flat)) > 1
    return Coded(Ragged(fitted.codes.astype(width), np.diff(begins)), bad[fitted.places], twofold)


def _decoded(coded: CodedSet, rows: Ragged, mark: int) -> Coded:
    codes = rows.flat if not mark else rows.flat.astype(np.int32) + mark
    entries = coded.table.entries.take(codes)
    marks = int(np.bitwise_or.reduce(entries)) if len(entries) else 0
    if marks <= POINT:
        return Coded(Ragged(entries, rows.lengths), np.zeros(entries.shape, dtype=np.bool_))
    bad = (entries & MISSING) > 0
    points = np.where(bad, NOTHING, entries & POINT).astype(np.uint32)
    tailed = np.flatnonzero(entries & TAILED)
    if not len(tailed):
        return Coded(Ragged(points, rows.lengths), bad)
    tails = coded.table.tails.take(codes[tailed])
    longer = np.zeros(len(entries), dtype=np.int64)
    longer[tailed] = 1
    lengths = np.diff(np.concatenate(([0], np.cumsum(longer + 1)))[rows.starts])
    twofold = np.insert(np.zeros(len(points), dtype=np.bool_), tailed + 1, values=True)
    return Coded(
        Ragged(np.insert(points, tailed + 1, tails), lengths),
        np.insert(bad, tailed + 1, values=False),
        twofold,
    )


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


def of(coded: CodedSet, *, name: str = "") -> TableCharset:
    """A coded set as the character set of record fields."""
    return TableCharset(coded.without_controls(), name or coded.title, coded.space, coded.zero)


def _jis_x_0201() -> TableCharset:
    """JIS X 0201: Latin with ¥ and ‾, and half-width katakana from A1."""
    single = {byte: chr(byte) for byte in range(0x20, 0x7F)} | {0x5C: "¥", 0x7E: "‾"}
    single |= {byte: chr(0xFF61 + byte - 0xA1) for byte in range(0xA1, 0xE0)}
    return of(CodedSet("jis-x-0201", "JIS X 0201", single, {}))


def _ascii() -> TableCharset:
    """The printable characters of ASCII, for files of codes."""
    return of(CodedSet("ascii", "ASCII", {byte: chr(byte) for byte in range(0x20, 0x7F)}, {}))


ASCII = _ascii()
IBM_939 = of(ibm(939))
IBM_930 = of(ibm(930))
JIS_X_0201 = _jis_x_0201()
UTF_8 = Utf8()
