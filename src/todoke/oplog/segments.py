"""区間 (segment): up to 4,096 sealed entries of one month, as one Merkle root. Knows no database."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from todoke.kernel.clock import JAPAN
from todoke.oplog import merkle

ROWS: Final = 4096
"""Entries in a segment at most."""

FIRST: Final = bytes(32)
"""`prev` of segment 0."""

MARK_BYTES: Final = 4
"""Of each tree leaf so much is kept beside the segment: it proves nothing, it only finds the row that was touched."""

_FORM = struct.Struct(">BQIIQQQQ32s32sq")


@dataclass(frozen=True, kw_only=True)
class Segment:
    """One segment. `first` and `last` are (xid, id); `prev` is the leaf of the segment before; `sealed_at` in µs."""

    seg: int
    month: date
    n: int
    first: tuple[int, int]
    last: tuple[int, int]
    root: bytes
    prev: bytes
    sealed_at: int

    def leaf(self) -> bytes:
        """Its leaf in the tree of all segments: everything above, in one byte form."""
        month = self.month.year * 100 + self.month.month
        return merkle.leaf_hash(
            _FORM.pack(
                1, self.seg, month, self.n, *self.first, *self.last, self.root, self.prev, self.sealed_at
            )
        )


def month_of(at: datetime) -> date:
    """The first day of the month, in Japan, in which an entry is kept."""
    return at.astimezone(JAPAN).date().replace(day=1)
