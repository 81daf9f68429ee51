"""Faults found in columns of records, and the errors that list them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records.charsets import Charset
from todoke.records.fields import Field, Placed
from todoke.records.ragged import Mask


class RecordError(TodokeError):
    """RECORD_INVALID with every refused value in `rows`; the message carries the first one."""

    def __init__(self, rows: tuple[BadRow, ...]) -> None:
        self.rows = rows
        more = f"、ほか{len(rows) - 1}件" if len(rows) > 1 else ""
        super().__init__(ErrorCode.RECORD_INVALID, detail=f"{rows[0]}{more}")


@dataclass
class Faults:
    """What is wrong in one pass over records of `file` (or of a layout); the first has the number `first`."""

    file: str
    first: int = 1
    found: list[tuple[int, BadRow]] = field(default_factory=list)

    def add(self, bad: Mask, placed: Placed, rule: str) -> None:
        """Note a field in the records where `bad` (n,) is true, without its value."""
        for row in np.flatnonzero(bad).tolist():
            self.note(placed.field.name, row, placed.start, "", rule)

    def note(self, column: str, row: int, start: int, text: str, rule: str) -> None:
        """Note one value: `row` and `start` count from 0, `text` is already safe to show."""
        shown = f"{start + 1}バイト目 {text}".rstrip()
        self.found.append(
            (start, BadRow(file=self.file, row=row + self.first, column=column, shown=shown, rule=rule))
        )

    @property
    def rows(self) -> tuple[BadRow, ...]:
        """All faults by record, then by position."""
        return tuple(bad for _, bad in sorted(self.found, key=lambda item: (item[1].row, item[0])))

    def refuse_file(self) -> None:
        """Raise InputRefused if anything was found."""
        if self.found:
            raise InputRefused(self.file, self.rows)

    def refuse_records(self) -> None:
        """Raise RecordError (RECORD_INVALID) if anything was found."""
        if self.found:
            raise RecordError(self.rows)


@dataclass(frozen=True)
class FieldWork:
    """One field of all records in one pass: its place, the character set, and where its faults go."""

    placed: Placed
    charset: Charset
    faults: Faults

    @property
    def field(self) -> Field:
        return self.placed.field

    def fault(self, bad: Mask, rule: str, show: Shower) -> None:
        """Note the rows where `bad` (n,) is true."""
        for row in np.flatnonzero(bad).tolist():
            offset, text = show(row)
            self.faults.note(self.field.name, row, self.placed.start + offset, text, rule)


Shower = Callable[[int], tuple[int, str]]
"""For a bad row: the byte in the field, from 0, and what may be shown of it."""


def nothing(_: int) -> tuple[int, str]:
    """A shower for values that are not there."""
    return 0, ""
