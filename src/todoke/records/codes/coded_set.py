"""A coded character set as data: its tables, its shift codes, its spellings; made once, then only derived from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from todoke.records.codes.tables import Table

SINGLE = 0x10000
"""Added to a byte to make the code of a single-byte character; pairs are their own 16 bits."""

TRIPLE = 0x20000
"""Added to the last 16 bits of a three-byte code (EUC after 8F)."""

_CODES = 0x30000
_NONE: Mapping[str, int] = MappingProxyType({})


class Profile(Enum):
    """Which spelling of the wave-dash family (波ダッシュ問題) Unicode text has."""

    JIS = "jis"
    CP932 = "cp932"


FAMILY = (
    ("〜", "～"),
    ("‖", "∥"),
    ("−", "－"),
    ("¢", "￠"),
    ("£", "￡"),
    ("¬", "￢"),
    ("—", "―"),
    ("¦", "￤"),
)
"""The two spellings of the same characters: by JIS, by CP932."""


@dataclass(frozen=True)
class Shifts:
    """シフトコード: what opens double-byte text and what closes it. The first of each is the one written."""

    opens: tuple[bytes, ...]
    closes: tuple[bytes, ...]

    @property
    def lead_bytes(self) -> frozenset[int]:
        """First bytes of shift codes: as single bytes they stand for no character."""
        return frozenset(code[0] for code in (*self.opens, *self.closes))


@dataclass(frozen=True, eq=False)
class CodedSet:
    """One set. `single`: byte → text; `pairs`: 16-bit code → text; `triples`: the same after 8F (EUC).

    With `shifts` the two kinds are told apart by shift codes, without by the lead bytes `leads`. `accepted` are
    texts that are written but never read; `user_area` are the codes of a city's own characters (外字).
    """

    name: str
    title: str
    single: Mapping[int, str]
    pairs: Mapping[int, str]
    shifts: Shifts | None = None
    triples: Mapping[int, str] = field(default_factory=dict)
    accepted: Mapping[str, int] = field(default_factory=dict)
    decode_only: frozenset[int] = frozenset()
    user_area: frozenset[int] = frozenset()
    leads: frozenset[int] = frozenset()
    space: int = 0x20
    zero: int = 0x30

    @cached_property
    def table(self) -> Table:
        """All codes in one: pairs, SINGLE + byte, TRIPLE + code. A single byte is written before a pair."""
        singles = {
            SINGLE | byte: text
            for byte, text in self.single.items()
            if not self.shifts or byte not in self.shifts.lead_bytes
        }
        triples = {TRIPLE | code: text for code, text in self.triples.items()}
        reading = dict(self.pairs) | singles | triples
        return Table(_CODES, reading, self.accepted, frozenset(singles), self.decode_only)

    @cached_property
    def respelt(self) -> frozenset[str]:
        """Characters that a profile writes with the code of their other spelling."""
        return frozenset(text for pair in FAMILY for text in pair if text in self.accepted)

    def with_profile(self, profile: Profile) -> CodedSet:
        """Reads one spelling of the wave-dash family and writes both.

        Only of double-byte characters, and only where the set has one of the two: JIS X 0213 has ‖ and ∥ apart,
        and keeps them apart; IBM 939 has ¢ as a single byte, so that its ￠ stays ￠.
        """
        table = self.table
        singles = {text for code, text in table.reading.items() if SINGLE <= code < TRIPLE}
        wide = {
            text: table.writing.get(text)
            for code, text in table.reading.items()
            if not SINGLE <= code < TRIPLE
        }
        changed: dict[int, str] = {}
        accepted = dict(self.accepted)
        for jis, cp932 in FAMILY:
            read, other = (jis, cp932) if profile is Profile.JIS else (cp932, jis)
            if (jis in wide) == (cp932 in wide) or (read in singles and read not in wide):
                continue
            held = jis if jis in wide else cp932
            codes = [
                code for code, text in table.reading.items() if text == held and not SINGLE <= code < TRIPLE
            ]
            changed |= dict.fromkeys(codes, read)
            if other not in singles:
                accepted[other] = next((code for code in codes if code == wide[held]), codes[0])
        return self.with_codes(changed, accepted, self.decode_only & changed.keys())

    def with_codes(
        self,
        reading: Mapping[int, str],
        accepted: Mapping[str, int] = _NONE,
        decode_only: frozenset[int] = frozenset(),
    ) -> CodedSet:
        """The same set with further or other characters at some codes (of `table`)."""
        pairs = dict(self.pairs) | {code: text for code, text in reading.items() if code < SINGLE}
        single = dict(self.single) | {
            code & 0xFF: text for code, text in reading.items() if SINGLE <= code < TRIPLE
        }
        triples = dict(self.triples) | {
            code & 0xFFFF: text for code, text in reading.items() if code >= TRIPLE
        }
        return replace(
            self,
            pairs=pairs,
            single=single,
            triples=triples,
            accepted=dict(self.accepted) | dict(accepted),
            decode_only=(self.decode_only - frozenset(reading)) | decode_only,
        )

    def without_controls(self) -> CodedSet:
        """For fields of records, where no control character belongs."""
        return replace(self, single={byte: text for byte, text in self.single.items() if text.isprintable()})
