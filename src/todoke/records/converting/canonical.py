"""A system's file ↔ its canonical form: the columns of its layout as CSV in UTF-8, whatever the system itself writes.

All or nothing: what cannot be converted refuses the whole file, and the refusal names every bad row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records import catalogue
from todoke.records.codes.coded_set import CodedSet, Profile
from todoke.records.codes.names import Coding, coding
from todoke.records.codes.unicode_forms import UTF_8
from todoke.records.converting import records
from todoke.records.converting.file_layouts import FileLayout, file_layout
from todoke.records.converting.records import Format, RecordFile
from todoke.records.converting.report import Report
from todoke.records.converting.text import Conversion, Progress

_PLACE = re.compile(r"(\d+)(?:件目 (.+)|行(\d+文字目))")
NO_CHARACTER = "相手の文字集合にない文字です"


@dataclass(frozen=True, kw_only=True)
class FileForm:
    """How one system writes one kind of file. `profile`: the wave-dash family, empty as the set has it."""

    layout: str
    edition: str
    form: Format
    charset: str
    profile: str = ""

    def file_layout(self) -> FileLayout:
        """The layout; NOT_FOUND unless there is this edition of it."""
        found = file_layout(self.layout)
        editions = {one.edition for one in catalogue.LAYOUTS if one.name.split(".")[0] == self.layout}
        if self.edition not in editions | _editions_named(self.layout):
            raise TodokeError(ErrorCode.NOT_FOUND, what=f"様式 {self.layout} の {self.edition} 版")
        return found

    def coding(self) -> Coding:
        """The character set with its profile; NOT_FOUND."""
        found = coding(self.charset)
        if self.profile and isinstance(found, CodedSet):
            return found.with_profile(Profile(self.profile))
        return found


def _editions_named(name: str) -> set[str]:
    return {one.edition for one in catalogue.LAYOUTS if one.name == name}


def read(source: Path, target: Path, form: FileForm, *, progress: Progress = lambda _: None) -> int:
    """A system's file into canonical CSV; how many records. InputRefused with every bad row."""
    conversion = Conversion(form.coding(), UTF_8)
    return _convert(conversion, form, RecordFile(source, form.form), RecordFile(target, Format.CSV), progress)


def write(source: Path, target: Path, form: FileForm, *, progress: Progress = lambda _: None) -> int:
    """Canonical CSV into a system's file; how many records. InputRefused with every bad row."""
    conversion = Conversion(UTF_8, form.coding())
    return _convert(conversion, form, RecordFile(source, Format.CSV), RecordFile(target, form.form), progress)


def in_file(bad: BadRow, form: FileForm) -> BadRow:
    """A bad row of the canonical CSV by its place in the system's file, which may have no heading."""
    headless = form.form in (Format.FIXED, Format.XML)
    row = bad.row - 1 if headless and bad.row > 1 else bad.row
    return BadRow(file=bad.file, row=row, column=bad.column, shown=bad.shown, rule=bad.rule)


def _convert(
    conversion: Conversion, form: FileForm, source: RecordFile, target: RecordFile, progress: Progress
) -> int:
    counted = _Counted(progress)
    reports: list[Report] = []
    try:
        records.convert(
            conversion, form.file_layout(), source, target, every=True, told=reports.append, progress=counted
        )
    except TodokeError as error:
        if error.code is not ErrorCode.TEXT_LOST:
            raise
        raise InputRefused(source.path.name, list(_lost(source.path.name, reports[0]))) from None
    return counted.done


class _Counted:
    def __init__(self, told: Callable[[int], None]) -> None:
        self.done, self._told = 0, told

    def __call__(self, done: int) -> None:
        self.done = done
        self._told(done)


def _lost(file: str, report: Report) -> Iterator[BadRow]:
    """A row for every character that the other side does not have."""
    for (change, _, _), tally in report.tallies.items():
        for place in tally.places if change.is_loss else ():
            row, column, inside = _place(place)
            yield BadRow(file=file, row=row, column=column or inside, shown="", rule=NO_CHARACTER)


def _place(place: str) -> tuple[int, str, str]:
    found = _PLACE.fullmatch(place)
    return (int(found[1]), found[2] or "", found[3] or "") if found else (0, "", place)
