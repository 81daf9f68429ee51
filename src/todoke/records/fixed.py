"""Fixed-length records: tables into bytes and back, column by column, by a RecordLayout.

Records travel as byte matrices (n, length) of uint8; `join` and `split` put line ends around them.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
import pyarrow as pa

from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records import masking
from todoke.records.charsets import Charset
from todoke.records.faults import Faults, FieldWork
from todoke.records.field_reading import check_made, read_column
from todoke.records.field_writing import write_column, write_made
from todoke.records.fields import Kind, RecordLayout
from todoke.records.ragged import Matrix


class LineEnd(Enum):
    """What stands after each record."""

    NONE = b""
    CRLF = b"\r\n"


def encode(layout: RecordLayout, table: pa.Table, *, first: int = 1) -> Matrix:
    """The table's rows as records. Shape (n, layout.length).

    Optional columns may be left out; a missing value becomes spaces. Raises RecordError (RECORD_INVALID) with
    every bad value; `first` is the number of the first record in them.
    """
    columns = _columns(layout, table)
    records = _blank(layout, table.num_rows)
    faults = Faults(layout.title, first)
    for placed in layout.placed:
        work = FieldWork(placed, layout.charset, faults)
        cells = records[:, placed.start : placed.end]
        if placed.field.kind.is_column:
            write_column(work, columns[placed.field.name], cells)
        else:
            write_made(work, cells)
    faults.refuse_records()
    return records


def made(layout: RecordLayout) -> Matrix:
    """The one record of a layout without columns, or the bytes between the columns. Shape (1, length)."""
    record = _blank(layout, 1)
    faults = Faults(layout.title)
    for placed in layout.placed:
        work = FieldWork(placed, layout.charset, faults)
        write_made(work, record[:, placed.start : placed.end])
    return record


def decode(
    layout: RecordLayout, records: Matrix, *, file: str, first: int = 1, faults: Faults | None = None
) -> pa.Table:
    """Records (n, layout.length) as a table of `layout.schema`; all spaces is null.

    Raises InputRefused with every bad field (record, byte, hex), unless `faults` collects for the caller.
    """
    collected = faults or Faults(file, first)
    expected = made(layout)
    arrays = []
    for placed in layout.placed:
        work = FieldWork(placed, layout.charset, collected)
        cells = records[:, placed.start : placed.end]
        if placed.field.kind.is_column:
            arrays.append(read_column(work, cells))
        else:
            check_made(work, cells, expected[:, placed.start : placed.end])
    if faults is None:
        collected.refuse_file()
    return pa.Table.from_arrays(arrays, schema=layout.schema)


def join(parts: list[Matrix], line_end: LineEnd = LineEnd.NONE) -> bytes:
    """All records of a file as bytes."""
    records = np.concatenate(parts)
    end = np.frombuffer(line_end.value, dtype=np.uint8)
    return np.hstack([records, np.broadcast_to(end, (len(records), len(end)))]).tobytes()


def split(data: bytes, length: int, line_end: LineEnd = LineEnd.NONE, *, file: str) -> Matrix:
    """The records of a file. Shape (n, length). InputRefused when lengths or line ends are not right."""
    step = length + len(line_end.value)
    count, rest = divmod(len(data), step)
    records = np.frombuffer(data, dtype=np.uint8)[: count * step].reshape(count, step)
    ends = np.frombuffer(line_end.value, dtype=np.uint8)
    odd = np.flatnonzero((records[:, length:] != ends).any(axis=1))
    if len(odd):
        tail = data[int(odd[0]) * step + length :][: len(ends)].hex().upper()
        raise InputRefused(
            file, [_length_fault(file, int(odd[0]) + 1, length, f"{length + 1}バイト目 X'{tail}'")]
        )
    if rest or not count:
        raise InputRefused(file, [_length_fault(file, count + 1, length, f"{rest}バイトしかありません")])
    return records[:, :length]


def mask(layout: RecordLayout, table: pa.Table) -> pa.Table:
    """The table as people may see it in logs and on screens: personal columns masked, null stays null.

    A text keeps its first character and its length, a personal number becomes ＊.
    """
    masked = table
    for index, name in enumerate(table.column_names):
        placed = layout.columns.get(name)
        if placed is None or placed.field.personal:
            masked = masked.set_column(index, name, masking.masked_column(table[name]))
    return masked


def _columns(layout: RecordLayout, table: pa.Table) -> dict[str, pa.Array]:  # type: ignore[type-arg]
    """The table's columns by name, contiguous and of the layout's types; missing optional ones all null."""
    unknown = [name for name in table.column_names if name not in layout.columns]
    missing = [
        name
        for name, placed in layout.columns.items()
        if name not in table.column_names and placed.field.required
    ]
    if unknown or missing or len(set(table.column_names)) != table.num_columns:
        detail = f"{layout.title}: ない列 {missing}、知らない列 {unknown}、または列名の重複"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
    result = {}
    for name, placed in layout.columns.items():
        if name not in table.column_names:
            result[name] = pa.nulls(table.num_rows, layout.schema.field(name).type)
            continue
        column = table[name].combine_chunks()
        if not _fits(column.type, placed.field.kind):
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"{layout.title}: {name} の型 {column.type}")
        result[name] = column
    return result


def _fits(kind: pa.DataType, wanted: Kind) -> bool:
    """Numbers come as integers and texts as text: nothing is guessed."""
    if pa.types.is_null(kind):
        return True
    if wanted is Kind.NUMBER:
        return pa.types.is_integer(kind)
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _blank(layout: RecordLayout, count: int) -> Matrix:
    charset: Charset = layout.charset
    return np.full((count, layout.length), charset.space, dtype=np.uint8)


def _length_fault(file: str, record: int, length: int, text: str) -> BadRow:
    rule = f"レコード長が{length}バイトではありません"
    return BadRow(file=file, row=record, column="（レコード全体）", shown=text, rule=rule)
