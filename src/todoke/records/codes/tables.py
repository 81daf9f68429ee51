"""Code tables as arrays: from a code to its Unicode text of one or two code points, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.uint32]
Codes = NDArray[np.uint32]

NO_CODE = 0xFFFFFFFF
"""Stands for a character without a code."""

MISSING, TAILED, SPARE, PRIVATE = 1 << 31, 1 << 30, 1 << 29, 1 << 28
"""Marks on a code's entry: no character; a second code point follows; another code is written for this text;
private use, so that only the city knows the shape."""

POINT = (1 << 21) - 1
"""The bits of the code point in an entry."""

ALL_POINTS = 0x110000


@dataclass(frozen=True, eq=False)
class Table:
    """Codes ↔ texts. `reading`: code → text; `accepted`: further texts that are written with a code.

    A text has one code point, or two: a base and an IVS (異体字セレクタ) or combining mark. Of several codes
    for one text the lowest is written; `preferred` codes win before that, `decode_only` ones never.
    """

    size: int
    reading: Mapping[int, str]
    accepted: Mapping[str, int]
    preferred: frozenset[int] = frozenset()
    decode_only: frozenset[int] = frozenset()

    @cached_property
    def writing(self) -> dict[str, int]:
        """Text → code, one code each."""
        written = self.reading.keys() - self.decode_only
        order = sorted(written, key=lambda code: (code in self.preferred, -code))
        return dict(self.accepted) | {self.reading[code]: code for code in order}

    @cached_property
    def entries(self) -> NDArray[np.uint32]:
        """For every code its first code point with the marks MISSING, TAILED, SPARE. Shape (size,)."""
        entries = np.full(self.size, MISSING, dtype=np.uint32)
        for code, text in self.reading.items():
            mark = TAILED if len(text) > 1 else 0
            mark |= SPARE if self.writing.get(text) != code else 0
            mark |= PRIVATE if "\ue000" <= text[0] <= "\uf8ff" else 0
            entries[code] = ord(text[0]) | mark
        return entries

    @cached_property
    def tails(self) -> Points:
        """The second code point of the codes marked TAILED, else 0. Shape (size,)."""
        tails = np.zeros(self.size, dtype=np.uint32)
        for code, text in self.reading.items():
            if len(text) > 1:
                tails[code] = ord(text[1])
        return tails

    @cached_property
    def code_of(self) -> Codes:
        """For every code point the code of that one character, or NO_CODE. Shape (ALL_POINTS,)."""
        codes = np.full(ALL_POINTS, NO_CODE, dtype=np.uint32)
        for text, code in self.writing.items():
            if len(text) == 1:
                codes[ord(text)] = code
        return codes

    @cached_property
    def code_of_two(self) -> dict[tuple[int, int], int]:
        """(base, second code point) → code."""
        return {(ord(text[0]), ord(text[1])): code for text, code in self.writing.items() if len(text) == 2}

    @cached_property
    def joins(self) -> NDArray[np.bool_]:
        """Which code points may stand second in a text of two, of this table or as an IVS. Shape (ALL_POINTS,)."""
        joins = np.zeros(ALL_POINTS, dtype=np.bool_)
        joins[0xFE00:0xFE10] = joins[0xE0100:0xE01F0] = True
        joins[[second for _, second in self.code_of_two]] = True
        return joins

    @cached_property
    def eager(self) -> bool:
        """Whether a second code point has a code of its own, so that joining must be tried even where all fit."""
        return bool((self.code_of[[second for _, second in self.code_of_two]] != NO_CODE).any())


def is_selector(point: int) -> bool:
    """Whether a code point is a variation selector (SVS FE00–FE0F, IVS E0100–E01EF)."""
    return 0xFE00 <= point <= 0xFE0F or 0xE0100 <= point <= 0xE01EF
