"""Fixed-length layouts as data: one row a field; positions, columns, checksum and document follow from it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import pyarrow as pa

from todoke.records.charsets import Charset
from todoke.records.repertoires import Repertoire


class Kind(Enum):
    """How a field's bytes are made. The value is its Japanese description.

    A missing value is written as spaces over the whole width, whatever the kind, and read back as null.
    """

    CODE = "数字（桁数固定）"
    """Text of exactly `width` digits; nothing is filled, so a short code is an error."""
    DIGITS = "数字（右詰め・前ゼロ）"
    """Text of at most `width` digits, zero-filled; it comes back with all its digits."""
    NUMBER = "数値（右詰め・前ゼロ）"
    """A non-negative whole number (int64), zero-filled: amounts and counts."""
    TEXT = "文字（左詰め・後空白）"
    """Single-byte text; trailing spaces would be lost and are an error."""
    WIDE = "2バイト文字（左詰め・後空白）"
    """Double-byte text, pairs only; the shift codes are the fields beside it."""
    MIXED = "混在文字（シフトコードを含む・左詰め・後空白）"
    """Single- and double-byte text with its shift codes, which count in the width; it begins single-byte."""
    SHIFT_OPEN = "シフトコード開"
    SHIFT_CLOSE = "シフトコード終"
    CONSTANT = "固定値"
    FILLER = "空白"

    @property
    def is_column(self) -> bool:
        """Whether the field is a column of the table, or made by the layout itself."""
        return self in {Kind.CODE, Kind.DIGITS, Kind.NUMBER, Kind.TEXT, Kind.WIDE, Kind.MIXED}


@dataclass(frozen=True)
class Field:
    """One field: column name, item number of the official table, Japanese label, width in bytes, kind.

    `value` is a constant's text; `repertoire` narrows the characters of a text; `note` goes to the document.
    """

    name: str
    item: str
    label: str
    width: int
    kind: Kind
    required: bool = True
    personal: bool = False
    value: str = ""
    repertoire: Repertoire | None = None
    note: str = ""

    def __post_init__(self) -> None:
        assert self.width > 0, self.name
        assert self.kind is not Kind.WIDE or self.width % 2 == 0, self.name
        assert self.kind is not Kind.NUMBER or self.width <= 18, self.name
        assert (self.kind is Kind.CONSTANT) == bool(self.value), self.name


@dataclass(frozen=True)
class Group:
    """A heading of the official table and the fields under it; `occurs` times, with columns _1, _2, …"""

    item: str
    label: str
    members: tuple[Field | Group, ...]
    occurs: int = 1


@dataclass(frozen=True)
class Heading:
    """A heading above a field, and which of its `occurs` rounds this is (from 1)."""

    item: str
    label: str
    round: int
    occurs: int


@dataclass(frozen=True)
class Placed:
    """A field at its place: `start` is the 0-based byte in the record, `path` the headings above it."""

    field: Field
    start: int
    path: tuple[Heading, ...]

    @property
    def end(self) -> int:
        """The byte after the last one."""
        return self.start + self.field.width


@dataclass(frozen=True)
class RecordLayout:
    """One kind of record, in one edition of its file: a table of fields and the character set they are in."""

    name: str
    edition: str
    title: str
    charset: Charset
    members: tuple[Field | Group, ...]

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """All fields in order with their positions, repeated groups unrolled."""
        result: list[Placed] = []
        start = 0
        for field, path in _unrolled(self.members, ()):
            result.append(Placed(field, start, path))
            start += field.width
        return tuple(result)

    @cached_property
    def length(self) -> int:
        """Bytes in a record, without line end."""
        return self.placed[-1].end

    @cached_property
    def columns(self) -> dict[str, Placed]:
        """The fields that are columns of the table, by name, in order."""
        found = {placed.field.name: placed for placed in self.placed if placed.field.kind.is_column}
        assert len(found) == sum(placed.field.kind.is_column for placed in self.placed), f"{self.name}: names"
        return found

    @cached_property
    def schema(self) -> pa.Schema:
        """What `decode` returns: int64 for NUMBER, string for every other column, all nullable."""
        return pa.schema(
            [
                (name, pa.int64() if placed.field.kind is Kind.NUMBER else pa.string())
                for name, placed in self.columns.items()
            ]
        )

    @property
    def checksum(self) -> str:
        """SHA-256 over everything that decides the bytes; frozen for a released edition."""
        parts = (self.name, self.edition, self.charset.name, *(repr(placed) for placed in self.placed))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _unrolled(
    members: tuple[Field | Group, ...], path: tuple[Heading, ...], suffix: str = ""
) -> Iterator[tuple[Field, tuple[Heading, ...]]]:
    for member in members:
        if isinstance(member, Field):
            yield replace(member, name=member.name + suffix), path
            continue
        for number in range(1, member.occurs + 1):
            more = f"_{number}" if member.occurs > 1 else ""
            heading = Heading(member.item, member.label, number, member.occurs)
            yield from _unrolled(member.members, (*path, heading), suffix + more)
