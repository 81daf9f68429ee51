"""Streams without shift codes, where a lead byte announces a pair (CP932, Shift_JIS-2004, EUC)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from todoke.records.codes.coded_set import SINGLE, TRIPLE, CodedSet
from todoke.records.codes.faults import CodeFault, Trouble
from todoke.records.codes.reading import Hole, Read, Reader, as_bytes, meaning, point_index
from todoke.records.codes.runs import Bytes, Places

_THREE = 0x8F


class LeadReader(Reader):
    """Reads one stream."""

    def __init__(self, coded: CodedSet) -> None:
        self._coded = coded
        self._offset = 0
        self._rest = b""

    def feed(self, block: bytes, *, final: bool = False) -> Read:
        data = self._rest + block
        starts, sizes, codes = split(self._coded, as_bytes(data))
        used = int(starts[-1] + sizes[-1]) if len(starts) else 0
        read = Read(np.empty(0, dtype=np.uint32))
        last, cut = 0, False
        if used > len(data):
            last = int(starts[-1])
            cut = final
            codes, used = codes[:-1], len(data) if final else last
        for unit in meaning(self._coded, codes, read).tolist():
            at, size = int(starts[unit]), int(sizes[unit])
            index = point_index(codes, self._coded, unit)
            read.holes.append(Hole(index, self._offset + at, data[at : at + size]))
        if cut:
            fault = CodeFault(Trouble.CUT_PAIR, self._offset + last, data[last:], len(read.points))
            read.faults.append(fault)
        self._offset += used
        self._rest = data[used:]
        return read


def split(coded: CodedSet, raw: Bytes) -> tuple[Places, Places, NDArray[np.int64]]:
    """First byte, size and code of every character. The last one may be longer than the bytes; its code is then
    not to be used."""
    is_lead = np.zeros(256, dtype=np.bool_)
    is_lead[list(coded.leads)] = True
    three = bool(coded.triples) and bool((raw == _THREE).any())
    starts, sizes = _split_by_threes(raw, is_lead) if three else _split(raw, is_lead)
    return starts, sizes, _codes(raw, starts, sizes)


def _split(raw: Bytes, is_lead: NDArray[np.bool_]) -> tuple[Places, Places]:
    """First byte and size of every character. In a row of lead-like bytes every other one is a lead."""
    like = is_lead[raw]
    places = np.arange(len(raw), dtype=np.int64)
    before = np.maximum.accumulate(np.where(like, -1, places)) if len(raw) else places
    lead = like & (((places - before) & 1) == 1)
    first = np.ones(len(raw), dtype=np.bool_)
    first[1:] = ~lead[:-1]
    starts = np.flatnonzero(first)
    return starts, np.where(lead[starts], 2, 1)


def _split_by_threes(raw: Bytes, is_lead: NDArray[np.bool_]) -> tuple[Places, Places]:
    """The same one by one, where three-byte codes (EUC, after 8F) disturb the pairs."""
    sizes_of = np.where(is_lead, 2, 1)
    sizes_of[_THREE] = 3
    width = sizes_of.tolist()
    starts = []
    place = 0
    data = raw.tobytes()
    while place < len(data):
        starts.append(place)
        place += width[data[place]]
    found = np.array(starts, dtype=np.int64)
    return found, sizes_of[raw[found]]


def _codes(raw: Bytes, starts: Places, sizes: Places) -> NDArray[np.int64]:
    codes = raw.take(starts).astype(np.int64)
    for size, mark in ((2, 0), (3, TRIPLE)):
        longer = np.flatnonzero(sizes == size)
        if len(longer):
            last = np.minimum(starts[longer] + size - 1, len(raw) - 1)
            codes[longer] = mark | raw.take(last - 1).astype(np.int64) << 8 | raw.take(last)
    codes[sizes == 1] |= SINGLE
    return codes
