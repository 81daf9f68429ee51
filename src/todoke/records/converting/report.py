"""What a conversion changes or cannot keep: counted by character, with the first places; bounded in memory."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from todoke.records.codes.faults import CodeFault, Trouble

PLACES = 3
"""How many places are kept for each character."""

FAULTS = 100
"""How many faults are listed; the others are counted."""

EVERY = 10_000_000
"""A limit for those who must list them all."""


class Change(Enum):
    """What happens to a character. The value is its Japanese name."""

    UNWRITABLE = "変換先にない文字"
    NO_CHARACTER = "文字のない符号"
    SHAPE = "異体字セレクタを落とした文字"
    REDUCED = "縮退した文字"
    RESPELT = "波ダッシュ系の読み替え"
    SPARE = "重複符号（書くときは代表の符号になる）"
    PRIVATE = "外字（私用領域の文字）"
    SHIFTS = "働きのないシフトコード（書かれない）"

    @property
    def is_loss(self) -> bool:
        """Whether the character itself is not kept; the error policy then writes nothing."""
        return self in (Change.UNWRITABLE, Change.NO_CHARACTER)


@dataclass
class Tally:
    """One kind of change of one character."""

    count: int = 0
    places: list[str] = field(default_factory=list)


@dataclass
class Report:
    """All of a run. `subject` is a text (characters with code points) or the hex of a code."""

    tallies: dict[tuple[Change, str, str], Tally] = field(default_factory=dict)
    faults: list[tuple[int, CodeFault]] = field(default_factory=list)
    fault_count: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    listed: int = FAULTS
    places: int = PLACES

    def note(
        self, change: Change, subject: str, *, becomes: str = "", count: int = 1, place: str = ""
    ) -> None:
        """Count one change."""
        tally = self.tallies.setdefault((change, subject, becomes), Tally())
        tally.count += count
        if place and len(tally.places) < self.places:
            tally.places.append(place)

    def fault(self, line: int, fault: CodeFault) -> None:
        """Note damage in a line (from 1)."""
        self.fault_count += 1
        if len(self.faults) < self.listed:
            self.faults.append((line, fault))

    def hole(self, line: int, offset: int, raw: bytes) -> None:
        """Note a code without a character as damage, where no policy can stand for it."""
        self.fault(line, CodeFault(Trouble.NO_CHARACTER, offset, raw))

    @property
    def lost(self) -> int:
        """How many characters or codes would not be kept."""
        return sum(tally.count for (change, _, _), tally in self.tallies.items() if change.is_loss)

    def totals(self) -> dict[str, int]:
        """Count by kind of change, for logs: no character of any file in it."""
        found: Counter[str] = Counter()
        for (change, _, _), tally in self.tallies.items():
            found[change.name.lower()] += tally.count
        return dict(found)

    def lines(self) -> Iterator[str]:
        """For a person: a heading and a line per character for each kind of change."""
        for change in Change:
            rows = sorted(
                ((key, tally) for key, tally in self.tallies.items() if key[0] is change),
                key=lambda item: -item[1].count,
            )
            if not rows:
                continue
            total = sum(tally.count for _, tally in rows)
            yield f"{change.value}: {total:,} 件（{len(rows):,} 種類）"
            for (_, subject, becomes), tally in rows:
                target = f" → {becomes}" if becomes else ""
                places = f"  初出 {'、'.join(tally.places)}" if tally.places else ""
                yield f"  {described(subject)}{target}  {tally.count:,} 件{places}"


def described(subject: str) -> str:
    """A character with its code points and name; the hex of a code as it is."""
    if subject.startswith("X'") or not subject:
        return subject
    points = " ".join(f"U+{ord(character):04X}" for character in subject)
    shown = subject if subject.isprintable() or len(subject) > 1 else ""
    name = unicodedata.name(subject[0], "")
    return " ".join(part for part in (shown, points, name) if part)
