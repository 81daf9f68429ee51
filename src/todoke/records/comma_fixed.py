"""Lines of fixed-width fields joined by commas, column by column: the form of ward-style bulk query files.

An empty optional field has zero width or is filled with spaces, as the edition says. Fields of the one form are the
bytes of a fixed-length record without what is empty, so everything about a field is in `fixed`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from todoke.kernel.errors import BadRow, InputRefused
from todoke.records import fixed, ragged
from todoke.records.charsets import Charset
from todoke.records.faults import Faults
from todoke.records.fields import Field, Kind, Placed, RecordLayout
from todoke.records.fixed import LineEnd
from todoke.records.ragged import Mask, Matrix

_COMMA, _CR, _LF = b",\r\n"
_END = LineEnd.CRLF


class Empty(Enum):
    """How an optional field without a value is written."""

    ZERO_WIDTH = "空の項目は幅0"
    SPACES = "空の項目は空白で埋める"


@dataclass(frozen=True)
class CommaLayout:
    """One kind of line in one edition: fields in order, CR LF behind each line, no header. `charset` is single-byte."""

    name: str
    edition: str
    title: str
    charset: Charset
    fields: tuple[Field, ...]
    empty: Empty

    @cached_property
    def record(self) -> RecordLayout:
        """The line with every field filled, commas as constants."""
        members: list[Field] = []
        for number, field in enumerate(self.fields):
            if number:
                members.append(Field(f"comma_{number}", "", "コンマ", 1, Kind.CONSTANT, value=","))
            members.append(field)
        return RecordLayout(self.name, self.edition, self.title, self.charset, tuple(members))

    @cached_property
    def places(self) -> tuple[Placed, ...]:
        """The fields without the commas."""
        return tuple(placed for placed in self.record.placed if not placed.field.name.startswith("comma_"))

    @property
    def schema(self) -> pa.Schema:
        """What `decode` returns."""
        return self.record.schema

    @property
    def checksum(self) -> str:
        """SHA-256 over everything that decides the bytes; frozen for a released edition."""
        return hashlib.sha256(f"{self.record.checksum}\n{self.empty.name}\n{_END.name}".encode()).hexdigest()


def encode(layout: CommaLayout, table: pa.Table) -> bytes:
    """The table's rows as lines. Raises RecordError (RECORD_INVALID) with every bad value."""
    records = fixed.encode(layout.record, table)
    faults = Faults(layout.title)
    _check_commas(layout, records, faults)
    faults.refuse_records()
    if layout.empty is Empty.SPACES:
        return fixed.join([records], _END)
    return _without_empty(layout, records)


def _check_commas(layout: CommaLayout, records: Matrix, faults: Faults) -> None:
    """A comma inside a field would be one field more to whoever reads the line as CSV."""
    for placed in layout.places:
        commas = ragged.in_rows(records[:, placed.start : placed.end] == _COMMA)
        faults.add(commas, placed, "コンマは使えません")


def _without_empty(layout: CommaLayout, records: Matrix) -> bytes:
    """Columns of bytes that are empty in every line go as slices; only where lines differ, byte by byte."""
    ends = np.broadcast_to(np.frombuffer(_END.value, dtype=np.uint8), (len(records), 2))
    parts, partly, begin, width = [], [], 0, 0
    for placed in layout.places:
        if not _optional(placed.field):
            continue
        blank = ragged.blank_rows(records[:, placed.start : placed.end], layout.charset.space)
        if blank.all():
            parts.append(records[:, begin : placed.start])
            width, begin = width + placed.start - begin, placed.end
        elif blank.any():
            at = width + placed.start - begin
            partly.append((blank, slice(at, at + placed.field.width)))
    lines = np.hstack([*parts, records[:, begin:], ends])
    if not partly:
        return lines.tobytes()
    kept = np.ones(lines.shape, dtype=np.bool_)
    for blank, place in partly:
        kept[blank, place] = False
    return lines[kept].tobytes()


def _optional(field: Field) -> bool:
    return field.kind.is_column and not field.required


def decode(layout: CommaLayout, data: bytes, *, file: str) -> pa.Table:
    """The lines of a file as `layout.schema`; what is empty is null.

    Raises InputRefused with every bad line and field; a file of the other way of writing empty fields is refused, too.
    """
    if layout.empty is Empty.SPACES:
        records = fixed.split(data, layout.record.length, _END, file=file)
        faults = Faults(file)
        _check_commas(layout, records, faults)
        table = fixed.decode(layout.record, records, file=file, faults=faults)
        faults.refuse_file()
        return table
    starts, ends = _lines(data, file)
    cells = np.frombuffer(data, dtype=np.uint8)
    edges = _edges(layout, cells, starts, ends, file)
    records = np.full((len(starts), layout.record.length), layout.charset.space, dtype=np.uint8)
    for rows, line in _alike(cells, starts, edges):
        first = edges[rows][0] if len(starts) else edges
        for number, placed in enumerate(layout.places):
            at, end = int(first[number] + 1 - first[0] - 1), int(first[number + 1] - first[0] - 1)
            records[rows, placed.start : placed.start + end - at] = line[:, at:end]
    for placed in layout.record.placed:
        if placed.field.name.startswith("comma_"):
            records[:, placed.start] = _COMMA
    faults = Faults(file)
    _refuse_filled(layout, records, edges, faults)
    table = fixed.decode(layout.record, records, file=file, faults=faults)
    faults.refuse_file()
    return table


def _lines(data: bytes, file: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First byte and CR of every line."""
    cells = np.frombuffer(data, dtype=np.uint8)
    ends = np.flatnonzero(cells == _LF) - 1
    starts = np.concatenate(([0], ends + 2))[:-1]
    odd = np.flatnonzero((ends < 0) | (cells[ends] != _CR)) if len(ends) else np.empty(0, dtype=np.int64)
    if len(odd) or not data.endswith(_END.value) or int((cells == _CR).sum()) != len(ends):
        line = int(odd[0]) + 1 if len(odd) else len(ends) + 1
        rule = "行がCR LFで終わっていません（ファイルが途中で切れているおそれがあります）"
        raise InputRefused(file, [BadRow(file=file, row=line, column="（行全体）", shown="", rule=rule)])
    return starts, ends


def _edges(
    layout: CommaLayout,
    cells: Matrix,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    file: str,
) -> NDArray[np.int64]:
    """Where the fields of every line begin, less one, and where the line ends. Shape (n, fields + 1).

    InputRefused with every line that has another number of fields, or a field of another width.
    """
    count = len(layout.fields)
    commas = np.flatnonzero(cells == _COMMA)
    found = np.diff(np.searchsorted(commas, np.append(starts, len(cells)))) + 1
    wrong = np.flatnonzero(found != count)
    if len(wrong):
        raise InputRefused(file, [_count_fault(file, int(row), int(found[row]), count) for row in wrong])
    edges = np.column_stack([starts - 1, commas.reshape(len(starts), count - 1), ends])
    widths = np.diff(edges, axis=1) - 1
    faults = Faults(file)
    for number, placed in enumerate(layout.places):
        field, column = placed.field, widths[:, number]
        optional = _optional(field)
        misfit: Mask = (column != field.width) & ~((column == 0) & optional)
        rule = f"幅が{field.width}バイト{'（または空）' if optional else ''}ではありません"
        for row in np.flatnonzero(misfit).tolist():
            faults.note(field.name, row, placed.start, f"{column[row]}バイト", rule)
    faults.refuse_file()
    return edges


def _alike(
    cells: Matrix, starts: NDArray[np.int64], edges: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64] | slice, Matrix]]:
    """The lines grouped by which of their fields are filled: rows, and their bytes. Few groups, in practice one."""
    filled = np.diff(edges, axis=1) > 1
    marks = filled @ (1 << np.arange(filled.shape[1], dtype=np.int64))
    kinds = np.unique(marks)
    for kind in kinds.tolist():
        rows = np.flatnonzero(marks == kind)
        length = int(edges[rows[0], -1] - starts[rows[0]])
        if len(kinds) == 1:
            yield slice(None), cells.reshape(len(rows), length + len(_END.value))[:, :length]
        else:
            yield rows, cells[starts[rows][:, None] + np.arange(length)]


def _refuse_filled(layout: CommaLayout, records: Matrix, edges: NDArray[np.int64], faults: Faults) -> None:
    """A field filled with spaces belongs to the other form: read back and written again it would be other bytes."""
    for number, placed in enumerate(layout.places):
        if not _optional(placed.field):
            continue
        given = edges[:, number + 1] - edges[:, number] > 1
        if not given.any():
            continue
        blank = ragged.blank_rows(records[:, placed.start : placed.end], layout.charset.space)
        faults.add(given & blank, placed, "空の項目が空白で埋められています（この版では幅0です）")


def _count_fault(file: str, row: int, found: int, wanted: int) -> BadRow:
    rule = f"{wanted}項目でなければなりませんが、{found}項目あります"
    return BadRow(file=file, row=row + 1, column="（行全体）", shown="", rule=rule)
