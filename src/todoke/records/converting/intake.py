"""What reading a file of records goes by, and where its bad rows are noted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from todoke.kernel.errors import BadRow, InputRefused
from todoke.records.codes.names import Coding
from todoke.records.converting.file_layouts import FileLayout
from todoke.records.converting.report import FAULTS, Report


@dataclass
class Refusals:
    """Bad rows of a file: all counted, the first `listed` ones listed."""

    file: str
    rows: list[BadRow] = field(default_factory=list)
    count: int = 0
    listed: int = FAULTS

    def add(self, rows: Iterable[BadRow]) -> None:
        """Note bad rows."""
        for row in rows:
            self.count += 1
            if len(self.rows) < self.listed:
                self.rows.append(row)

    def note(self, row: int, column: str, text: str, rule: str) -> None:
        """Note one; `text` is already safe to show."""
        self.add([BadRow(file=self.file, row=row, column=column, shown=text, rule=rule)])

    def refuse(self) -> None:
        """Raise InputRefused if there is any."""
        if self.count:
            raise InputRefused(self.file, self.rows)


@dataclass(frozen=True)
class Intake:
    """What reading goes by: the layout, the character set, and where complaints go."""

    layout: FileLayout
    coding: Coding
    refusals: Refusals
    report: Report
