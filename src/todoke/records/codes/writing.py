"""Unicode into the bytes of a coded set: first which code each character has, then the bytes of the codes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from todoke.records.codes.coded_set import SINGLE, TRIPLE, CodedSet
from todoke.records.codes.runs import Bytes, copied
from todoke.records.codes.tables import NO_CODE, Codes, Points, is_selector
from todoke.records.codes.unicode_forms import UnicodeForm, text_of

_THREE = 0x8F


@dataclass(frozen=True)
class Fitted:
    """The codes of a text. `places`: the point at which each code's text begins, or None when they are the same;
    `bad`: the points that have no code (a selector alone when only its base has one)."""

    codes: Codes
    places: NDArray[np.int64] | None
    bad: NDArray[np.int64]


def fit(coded: CodedSet, points: Points, joinable: NDArray[np.bool_] | None = None) -> Fitted:
    """The code of each character, two code points together where the set has a code for both.

    `joinable` (shape of points) is false where a point must not join the one before it: the first of a row.
    """
    table = coded.table
    codes = table.code_of.take(points, mode="clip")
    if not table.eager and (not len(codes) or codes.max() != NO_CODE):
        return Fitted(codes, None, np.empty(0, dtype=np.int64))
    bad = codes == NO_CODE
    seconds = table.joins.take(points)
    if joinable is not None:
        seconds &= joinable
    dropped = np.zeros(len(points), dtype=np.bool_)
    for place in np.flatnonzero(seconds[1:]).tolist():
        together = table.code_of_two.get((int(points[place]), int(points[place + 1])))
        if together is not None and not dropped[place]:
            codes[place] = together
            bad[place] = bad[place + 1] = False
            dropped[place + 1] = True
    kept = np.flatnonzero(~dropped) if dropped.any() else None
    return Fitted(codes if kept is None else codes[kept], kept, np.flatnonzero(bad))


class Writer(ABC):
    """Writes one stream from its beginning. `is_coded`: whether its set leaves characters out."""

    is_coded: bool

    @abstractmethod
    def joins(self, point: int) -> bool:
        """Whether a code point may belong to the one before it."""

    @abstractmethod
    def unwritable(self, points: Points) -> NDArray[np.int64]:
        """Which points have no code (indices)."""

    @abstractmethod
    def feed(self, points: Points, *, final: bool = False) -> bytes:
        """The bytes of the next characters, all of which have codes; `final` with the last ones."""


class TableWriter(Writer):
    """Writes a coded set, with shift codes where it has them."""

    is_coded = True

    def __init__(self, coded: CodedSet) -> None:
        self._coded = coded
        self._double = False
        self._last: tuple[Points, Fitted] | None = None

    def joins(self, point: int) -> bool:
        return bool(self._coded.table.joins[point])

    def unwritable(self, points: Points) -> NDArray[np.int64]:
        self._last = (points, fit(self._coded, points))
        return self._last[1].bad

    def feed(self, points: Points, *, final: bool = False) -> bytes:
        fitted = self._last[1] if self._last and self._last[0] is points else fit(self._coded, points)
        assert not len(fitted.bad)
        if self._coded.shifts is None:
            return unshifted(fitted.codes)
        data, self._double = shifted(self._coded, fitted.codes, double=self._double)
        if final and self._double:
            data += self._coded.shifts.closes[0]
            self._double = False
        return data


class UnicodeWriter(Writer):
    """Writes a form of Unicode: every character has its place."""

    is_coded = False

    def __init__(self, form: UnicodeForm) -> None:
        self._form = form
        self._bom = form.bom

    def joins(self, point: int) -> bool:
        return is_selector(point)

    def unwritable(self, points: Points) -> NDArray[np.int64]:
        return np.empty(0, dtype=np.int64)

    def feed(self, points: Points, *, final: bool = False) -> bytes:
        bom, self._bom = self._bom, b""
        return bom + text_of(points).encode(self._form.codec)


def shifted(coded: CodedSet, codes: Codes, *, double: bool) -> tuple[bytes, bool]:
    """The bytes of codes with the shift codes between them, and whether double-byte text is open at the end."""
    assert coded.shifts is not None, coded.name
    if not len(codes):
        return b"", double
    is_pair = codes < SINGLE
    starts = np.concatenate(([0], np.flatnonzero(is_pair[1:] != is_pair[:-1]) + 1))
    lengths = np.concatenate((starts[1:], [len(codes)])) - starts
    source = source_of(coded, codes)
    # runs of pairs and of single bytes alternate; each is copied with as many bytes before it as its shift code
    # needs, which then take their place
    first_double = bool(is_pair[0])
    kinds = (
        (slice(1 - first_double, None, 2), coded.shifts.opens[0], 2, source.head),
        (slice(int(first_double), None, 2), coded.shifts.closes[0], 1, source.head + source.singles),
    )
    for runs, code, size, begin in kinds:
        starts[runs] = starts[runs] * size + (begin - len(code))
        lengths[runs] = lengths[runs] * size + len(code)
    goes_on = first_double == double
    if goes_on:
        room = len(coded.shifts.opens[0] if double else coded.shifts.closes[0])
        starts[0] += room
        lengths[0] -= room
    data = copied(source.flat, starts, lengths)
    begins = np.cumsum(lengths) - lengths
    for runs, code, _, _ in kinds:
        places = begins[runs][1:] if goes_on and runs.start == 0 else begins[runs]
        for number, byte in enumerate(code):
            data[places + number] = byte
    return data.tobytes(), bool(is_pair[-1])


@dataclass(frozen=True)
class Source:
    """All codes as pairs, then all as single bytes, then the shift codes; `head` unused bytes before them."""

    flat: Bytes
    head: int
    singles: int
    opened: tuple[int, int]
    closed: tuple[int, int]


def source_of(coded: CodedSet, codes: Codes) -> Source:
    """What runs of codes are copied from: `singles` counts from the head, `opened` and `closed` are start and size."""
    assert coded.shifts is not None, coded.name
    opening, closing = coded.shifts.opens[0], coded.shifts.closes[0]
    head = 2 * max(len(opening), len(closing))
    count = len(codes)
    flat = np.empty(head + 3 * count + len(opening) + len(closing), dtype=np.uint8)
    flat[head : head + 2 * count].view(">u2")[:] = codes
    flat[head + 2 * count : head + 3 * count] = codes
    flat[head + 3 * count :] = list(opening + closing)
    end = head + 3 * count
    return Source(flat, head, 2 * count, (end, len(opening)), (end + len(opening), len(closing)))


def unshifted(codes: Codes) -> bytes:
    """The bytes of codes of a set with lead bytes."""
    cells = np.empty((len(codes), 3), dtype=np.uint8)
    cells[:, 0] = _THREE
    cells[:, 1] = codes >> 8
    cells[:, 2] = codes
    kept = np.empty(cells.shape, dtype=np.bool_)
    kept[:, 0] = codes >= TRIPLE
    kept[:, 1] = (codes < SINGLE) | (codes >= TRIPLE)
    kept[:, 2] = True
    return cells[kept].tobytes()
