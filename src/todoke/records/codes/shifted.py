"""Streams with shift codes (JEF, KEIS, JIPS, IBM): double-byte text stands between an opening and a closing code.

The quick way finds the shift codes, takes the runs between them, and copies the runs of 16-bit windows that they
name. It is right only if opens and closes alternate and every double run is even; all else goes the exact way.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from todoke.records.codes import exact
from todoke.records.codes.coded_set import SINGLE, CodedSet, Shifts
from todoke.records.codes.faults import CodeFault
from todoke.records.codes.reading import Hole, Read, Reader, as_bytes, meaning, point_index
from todoke.records.codes.runs import Bytes, Places, copied

_STEP = 1 << 18


class ShiftedReader(Reader):
    """Reads one stream; at its beginning single-byte text is expected, or `double` when a field says so."""

    def __init__(self, coded: CodedSet, *, double: bool = False) -> None:
        assert coded.shifts is not None, coded.name
        self._coded, self._shifts = coded, coded.shifts
        self._double = double
        self._offset = 0
        self._rest = b""

    def feed(self, block: bytes, *, final: bool = False) -> Read:
        data = self._rest + block
        parts = []
        # in pieces that stay in the processor's cache
        for begin in range(0, len(data), _STEP):
            piece = data[begin : begin + _STEP] if not begin else self._rest + data[begin : begin + _STEP]
            parts.append(self._piece(piece, final=final and begin + _STEP >= len(data)))
        if not parts:
            parts.append(self._piece(b"", final=final))
        return joined(parts)

    def _piece(self, data: bytes, *, final: bool) -> Read:
        keep = 0 if final else self._begun_shift(data)
        whole = data[: len(data) - keep]
        found = _runs(as_bytes(whole), self._shifts, double=self._double)
        read = Read(np.empty(0, dtype=np.uint32))
        if found is not None:
            runs, tidied = found
            odd = int(runs.lengths[-1]) & 1 if runs.double[-1] else 0
            if odd and not final:
                # the other byte of this pair comes with the next block
                whole, keep = whole[:-1], keep + 1
                runs.lengths[-1] -= 1
                odd = 0
            if (
                not odd
                and not (runs.lengths[:-1] & runs.double[:-1]).any()
                and not (final and runs.double[-1])
            ):
                self._quick(whole, runs, read)
                read.tidied = tidied
                self._double = bool(runs.double[-1])
                self._offset += len(whole)
                self._rest = data[len(whole) :]
                return read
        trace = exact.trace(data, self._shifts, double=self._double, final=final)
        codes = np.array([unit.code for unit in trace.units], dtype=np.int64)
        read.faults = [
            CodeFault(
                fault.trouble,
                self._offset + fault.offset,
                fault.raw,
                point_index(codes, self._coded, fault.before),
            )
            for fault in trace.faults
        ]
        for unit in meaning(self._coded, codes, read).tolist():
            at = trace.units[unit]
            read.holes.append(Hole(point_index(codes, self._coded, unit), self._offset + at.offset, at.raw))
        read.tidied = trace.tidied
        self._double = trace.double
        self._offset += trace.used
        self._rest = data[trace.used :]
        return read

    def _quick(self, data: bytes, runs: Runs, read: Read) -> None:
        codes = codes_of(as_bytes(data), runs)
        missing = meaning(self._coded, codes, read)
        if not len(missing):
            return
        counts = runs.units
        ends = np.cumsum(counts)
        for unit in missing.tolist():
            run = int(np.searchsorted(ends, unit, side="right"))
            size = 2 if runs.double[run] else 1
            at = int(runs.starts[run]) + (unit - int(ends[run] - counts[run])) * size
            index = point_index(codes, self._coded, unit)
            read.holes.append(Hole(index, self._offset + at, data[at : at + size]))

    def _begun_shift(self, data: bytes) -> int:
        """How many bytes at the end may be the beginning of a longer shift code."""
        for code in (*self._shifts.opens, *self._shifts.closes):
            for size in range(len(code) - 1, 0, -1):
                if data.endswith(code[:size]):
                    return size
        return 0


class Runs:
    """Runs of single- and double-byte text: first byte, length in bytes, which kind. All of shape (n,)."""

    def __init__(self, starts: Places, lengths: Places, double: NDArray[np.int64]) -> None:
        self.starts, self.lengths, self.double = starts, lengths, double

    @property
    def units(self) -> Places:
        """How many characters each run has."""
        return self.lengths >> self.double


def joined(parts: list[Read]) -> Read:
    """Several reads as one."""
    if len(parts) == 1:
        return parts[0]
    whole = Read(np.concatenate([part.points for part in parts]))
    before = 0
    for part in parts:
        whole.holes += [Hole(hole.index + before, hole.offset, hole.raw) for hole in part.holes]
        whole.faults += [replace(fault, before=fault.before + before) for fault in part.faults]
        whole.tidied += part.tidied
        for into, of in ((whole.spare, part.spare), (whole.private, part.private)):
            for text, count in of.items():
                into[text] = into.get(text, 0) + count
        before += len(part.points)
    return whole


def _runs(data: Bytes, shifts: Shifts, *, double: bool) -> tuple[Runs, int] | None:
    """The runs between shift codes, and how many of the codes do nothing; None unless they alternate."""
    marks, sizes, opening, unusual = marks_in(data, shifts)
    starts = np.concatenate(([0], marks + sizes))
    ends = np.concatenate((marks, [len(data)]))
    kinds = np.concatenate(([int(double)], opening)).astype(np.int64)
    lengths = ends - starts
    if (lengths < 0).any() or (kinds[1:] == kinds[:-1]).any():
        return None
    # the first run and the last one may be empty in their own right
    return Runs(starts, lengths, kinds), unusual + int(np.count_nonzero(lengths[1:-1] == 0))


def marks_in(data: Bytes, shifts: Shifts) -> tuple[Places, Places, NDArray[np.int64], int]:
    """Where shift codes stand: first bytes, sizes, 1 for an opening one; and how many are not the usual open."""
    codes = (*shifts.opens, *shifts.closes)
    places = [_found(data, code) for code in codes]
    counts = [len(found) for found in places]
    marks = np.concatenate(places)
    # which code each mark is, in the order of the marks
    order = marks.argsort(kind="stable")
    which = np.repeat(np.arange(len(codes)), counts)[order]
    sizes = np.array([len(code) for code in codes])[which]
    opening = (which < len(shifts.opens)).astype(np.int64)
    return marks[order], sizes, opening, sum(counts[1 : len(shifts.opens)])


def _found(data: Bytes, code: bytes) -> Places:
    """Where a shift code begins."""
    found: Places = (data == code[0]).nonzero()[0]
    for place, byte in enumerate(code[1:], 1):
        found = found[found + place < len(data)]
        found = found[data[found + place] == byte]
    return found


def codes_of(data: Bytes, runs: Runs) -> NDArray[np.int64]:
    """The code of every character. Three views of the block stand end to end: pairs from even bytes, pairs from
    odd bytes, single bytes; a run is then a piece of one of them."""
    even = data[: len(data) & ~1].view(">u2")
    odd = data[1 : 1 + ((len(data) - 1) & ~1)].view(">u2") if len(data) > 1 else even[:0]
    views = np.empty(len(even) + len(odd) + len(data), dtype=np.int32)
    views[: len(even)] = even
    views[len(even) : len(even) + len(odd)] = odd
    np.add(data, SINGLE, out=views[len(even) + len(odd) :], casting="unsafe", dtype=np.int32)
    pair_starts = (runs.starts >> 1) + (runs.starts & 1) * len(even)
    starts = np.where(runs.double > 0, pair_starts, runs.starts + len(even) + len(odd))
    codes: NDArray[np.int64] = copied(views, starts, runs.units)
    return codes
