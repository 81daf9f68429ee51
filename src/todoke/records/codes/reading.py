"""Bytes of a stream into Unicode, block by block: what every reader gives, and the readers of table sets.

A block ends anywhere; what is cut by its end waits for the next one. Damage is never repaired: it is listed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from todoke.records.codes.coded_set import CodedSet
from todoke.records.codes.faults import CodeFault
from todoke.records.codes.runs import Bytes
from todoke.records.codes.tables import MISSING, POINT, PRIVATE, SPARE, TAILED, Points

HOLE = POINT
"""Stands for a code without a character (not a code point); `Read.holes` says which."""


@dataclass(frozen=True)
class Hole:
    """A code without a character: which item of `points`, the byte in the stream, the bytes."""

    index: int
    offset: int
    raw: bytes


@dataclass
class Read:
    """What a block came to. `spare`, `private`: how often by character; `tidied`: shift codes that do nothing."""

    points: Points
    holes: list[Hole] = field(default_factory=list)
    faults: list[CodeFault] = field(default_factory=list)
    spare: dict[str, int] = field(default_factory=dict)
    private: dict[str, int] = field(default_factory=dict)
    tidied: int = 0


class Reader(ABC):
    """Reads one stream from its beginning."""

    @abstractmethod
    def feed(self, block: bytes, *, final: bool = False) -> Read:
        """The next bytes; `final` with the last ones (which may be none)."""


def meaning(coded: CodedSet, codes: NDArray[np.int64], read: Read) -> NDArray[np.int64]:
    """Fills `read` from codes of the set's table, and returns which codes have no character (indices)."""
    table = coded.table
    entries = table.entries.take(codes)
    marks = int(np.bitwise_or.reduce(entries)) if len(entries) else 0
    if marks <= POINT:
        read.points = entries
        return np.empty(0, dtype=np.int64)
    read.spare = _tally(table.entries, table.tails, codes[(entries & SPARE) > 0])
    read.private = _tally(table.entries, table.tails, codes[(entries & PRIVATE) > 0])
    missing = np.flatnonzero(entries & MISSING)
    points: Points = entries & np.uint32(POINT)
    points[missing] = HOLE
    tailed = np.flatnonzero(entries & TAILED)
    if len(tailed):
        points = np.insert(points, tailed + 1, table.tails.take(codes[tailed])).astype(np.uint32)
    read.points = points
    return missing


def point_index(codes: NDArray[np.int64], coded: CodedSet, unit: int) -> int:
    """Where the text of a unit begins among the points, when some before it have two."""
    before = coded.table.entries.take(codes[:unit])
    return unit + int(np.count_nonzero(before & TAILED))


def _tally(entries: Points, tails: Points, codes: NDArray[np.int64]) -> dict[str, int]:
    if not len(codes):
        return {}
    found, counts = np.unique(codes, return_counts=True)
    result: dict[str, int] = {}
    for code, count in zip(found.tolist(), counts.tolist(), strict=True):
        text = chr(int(entries[code]) & POINT) + (chr(int(tails[code])) if tails[code] else "")
        result[text] = result.get(text, 0) + count
    return result


def as_bytes(block: bytes) -> Bytes:
    """A view of the block as numbers."""
    return np.frombuffer(block, dtype=np.uint8)
