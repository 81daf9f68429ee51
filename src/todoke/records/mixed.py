"""Columns of mixed text: single- and double-byte characters in one field, told apart by shift codes or lead bytes.

Each value begins and ends single-byte; the width of a field counts its shift codes, and no value is ever cut.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from todoke.records import ragged
from todoke.records.charsets import TableCharset
from todoke.records.codes import exact
from todoke.records.codes.coded_set import SINGLE, CodedSet
from todoke.records.codes.faults import CodeFault, Trouble
from todoke.records.codes.leading import split
from todoke.records.codes.runs import copied
from todoke.records.codes.shifted import Runs, codes_of, marks_in
from todoke.records.codes.tables import MISSING, POINT, TAILED
from todoke.records.codes.writing import fit, source_of, unshifted
from todoke.records.ragged import Ragged, Texts


@dataclass
class MixedRead:
    """A column read: code points by row (a row with a fault is empty), and the first fault of each bad row."""

    rows: Ragged
    faults: dict[int, CodeFault] = field(default_factory=dict)


@dataclass
class MixedWritten:
    """A column written: bytes by row, and for each row that cannot be the code point (from 0) at fault."""

    rows: Ragged
    bad: dict[int, int] = field(default_factory=dict)


def encode(charset: TableCharset, texts: Texts) -> MixedWritten:
    """Text to bytes with the set's shift codes around double-byte text, or with lead bytes."""
    coded = charset.coded
    points = ragged.code_points(texts)
    joinable = np.ones(len(points.flat), dtype=np.bool_)
    joinable[points.starts[:-1][points.lengths > 0]] = False
    fitted = fit(coded, points.flat, joinable)
    bad: dict[int, int] = {}
    for place in fitted.bad.tolist():
        row = int(np.searchsorted(points.starts, place, side="right")) - 1
        bad.setdefault(row, place - int(points.starts[row]))
    codes, lengths = fitted.codes, points.lengths
    if fitted.places is not None:
        lengths = np.diff(np.searchsorted(fitted.places, points.starts))
    good = np.ones(len(lengths), dtype=np.bool_)
    good[list(bad)] = False
    units = Ragged(codes, lengths).keep(good)
    if coded.shifts is None:
        sizes = np.where(units.flat < SINGLE, 2, np.where(units.flat < 2 * SINGLE, 1, 3))
        ends = np.concatenate(([0], np.cumsum(sizes)))[units.starts]
        return MixedWritten(Ragged(np.frombuffer(unshifted(units.flat), dtype=np.uint8), np.diff(ends)), bad)
    return MixedWritten(_shifted_rows(coded, units), bad)


def _shifted_rows(coded: CodedSet, units: Ragged) -> Ragged:
    """Every run of pairs between an opening and a closing code; runs end with their row."""
    codes = units.flat
    if not len(codes):
        return Ragged(np.empty(0, dtype=np.uint8), np.zeros(len(units.lengths), dtype=np.int64))
    is_pair = codes < SINGLE
    turn = np.zeros(len(codes), dtype=np.bool_)
    turn[1:] = is_pair[1:] != is_pair[:-1]
    turn[units.starts[:-1][units.lengths > 0]] = True
    starts = np.flatnonzero(turn)
    counts = np.diff(starts, append=len(codes))
    pairs = is_pair[starts]
    source = source_of(coded, codes)
    piece_starts = np.empty((len(starts), 3), dtype=np.int64)
    piece_starts[:, 0], piece_starts[:, 2] = source.opened[0], source.closed[0]
    piece_starts[:, 1] = np.where(pairs, starts * 2, starts + source.singles) + source.head
    sizes = np.empty_like(piece_starts)
    sizes[:, 0], sizes[:, 2] = source.opened[1] * pairs, source.closed[1] * pairs
    sizes[:, 1] = np.where(pairs, counts * 2, counts)
    rows = np.searchsorted(units.starts, starts, side="right") - 1
    lengths = np.bincount(rows, weights=sizes.sum(axis=1), minlength=len(units.lengths)).astype(np.int64)
    return Ragged(copied(source.flat, piece_starts.ravel(), sizes.ravel()), lengths)


def decode(charset: TableCharset, rows: Ragged) -> MixedRead:
    """Bytes to text; odd bytes, missing, nested and stray shift codes and codes without a character are faults."""
    if charset.coded.shifts is None:
        return _exact_or(charset.coded, rows, _lead_units(charset.coded, rows))
    return _exact_or(charset.coded, rows, _shifted_units(charset.coded, rows))


def _exact_or(coded: CodedSet, rows: Ragged, units: Ragged | None) -> MixedRead:
    """The quick result if nothing is wrong with it, else the exact way, row by row."""
    if units is not None:
        entries = coded.table.entries.take(units.flat)
        marks = int(np.bitwise_or.reduce(entries)) if len(entries) else 0
        if not marks & (MISSING | TAILED):
            return MixedRead(Ragged(entries & POINT, units.lengths))
    return _exactly(coded, rows)


def _exactly(coded: CodedSet, rows: Ragged) -> MixedRead:
    texts: list[list[int]] = []
    read = MixedRead(rows)
    table = coded.table
    for row in range(len(rows.lengths)):
        units, faults = _trace(coded, rows.row(row).tobytes())
        for code, offset, raw in units:
            if table.entries[code] & MISSING:
                faults.append(CodeFault(Trouble.NO_CHARACTER, offset, raw))
        if faults:
            read.faults[row] = min(faults, key=lambda fault: fault.offset)
            texts.append([])
            continue
        texts.append([ord(point) for code, _, _ in units for point in table.reading[code]])
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    read.rows = Ragged(np.array([point for text in texts for point in text], dtype=np.uint32), lengths)
    return read


def _trace(coded: CodedSet, raw: bytes) -> tuple[list[tuple[int, int, bytes]], list[CodeFault]]:
    if coded.shifts is not None:
        found = exact.trace(raw, coded.shifts, double=False, final=True)
        return [(unit.code, unit.offset, unit.raw) for unit in found.units], found.faults
    starts, sizes, codes = split(coded, np.frombuffer(raw, dtype=np.uint8))
    places = zip(codes.tolist(), starts.tolist(), sizes.tolist(), strict=True)
    units = [(code, start, raw[start : start + size]) for code, start, size in places]
    if units and len(units[-1][2]) < int(sizes[-1]):
        *units, (_, start, rest) = units
        return units, [CodeFault(Trouble.CUT_PAIR, start, rest)]
    return units, []


def _shifted_units(coded: CodedSet, rows: Ragged) -> Ragged | None:
    """The codes of all rows at once; None if any row does not open and close in turn, or has an odd byte."""
    assert coded.shifts is not None, coded.name
    data = rows.flat
    marks, sizes, opening, unusual = marks_in(data, coded.shifts)
    of_row = np.searchsorted(rows.starts, marks, side="right") - 1
    straddling = (marks + sizes > rows.starts[of_row + 1]).any() if len(marks) else False
    if len(marks) % 2 or straddling or unusual:
        return None
    if (opening[0::2] != 1).any() or (opening[1::2] != 0).any() or (of_row[0::2] != of_row[1::2]).any():
        return None
    starts = np.concatenate(([0], marks + sizes))
    lengths = np.concatenate((marks, [len(data)])) - starts
    double = np.zeros(len(starts), dtype=np.int64)
    double[1::2] = 1
    if (lengths[1::2] & 1).any() or (lengths[1::2] == 0).any():
        return None
    count = len(rows.lengths)
    taken = np.bincount(of_row, weights=sizes, minlength=count)
    halved = np.bincount(of_row[0::2], weights=lengths[1::2] // 2, minlength=count)
    units = rows.lengths - (taken + halved).astype(np.int64)
    return Ragged(codes_of(data, Runs(starts, lengths, double)), units)


def _lead_units(coded: CodedSet, rows: Ragged) -> Ragged | None:
    """The codes of all rows at once; None if a character runs over the end of its row."""
    starts, sizes, codes = split(coded, rows.flat)
    begins = np.zeros(len(rows.flat) + 1, dtype=np.bool_)
    begins[starts] = True
    begins[-1] = not len(starts) or int(starts[-1] + sizes[-1]) == len(rows.flat)
    if not begins[rows.starts].all():
        return None
    return Ragged(codes, np.diff(np.searchsorted(starts, rows.starts)))
