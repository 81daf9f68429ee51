"""Files of records read as tables, in batches of at most BATCH rows: fixed length, CSV, TSV, XML, XLSX.

A table has the columns of its FileLayout as text, numbers as int64, an absent value as null. What is wrong goes
to `Refusals` with record, field, byte and hex; nothing is repaired.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from todoke.kernel.errors import BadRow, ErrorCode, TodokeError
from todoke.records import fixed
from todoke.records.codes.names import reader
from todoke.records.codes.unicode_forms import text_of
from todoke.records.converting.file_layouts import KIND, FileLayout
from todoke.records.converting.intake import Intake, Refusals
from todoke.records.converting.xml_rows import XmlRows
from todoke.records.faults import Faults
from todoke.records.masking import shown
from todoke.records.ragged import Matrix

BATCH = 20_000
"""Records in a batch."""

_BLOCK = 1 << 20
_NUMBER = re.compile(r"[0-9]{1,18}")


def fixed_length(path: Path, layout: FileLayout, refusals: Refusals) -> Iterator[pa.Table]:
    """Records without line ends."""
    length, first = layout.length, 1
    with path.open("rb") as given:
        while data := given.read(length * BATCH):
            count, rest = divmod(len(data), length)
            records = np.frombuffer(data, dtype=np.uint8)[: count * length].reshape(count, length)
            yield _decoded(records, layout, refusals, first)
            first += count
            if rest:
                rule = f"レコード長が{length}バイトではありません"
                refusals.note(first, "（レコード全体）", f"{rest}バイトしかありません", rule)


def _decoded(records: Matrix, layout: FileLayout, refusals: Refusals, first: int) -> pa.Table:
    kinds = layout.kind_of(records)
    for row in np.flatnonzero(kinds < 0).tolist():
        raw = records[row, :1].tobytes().hex().upper()
        refusals.note(first + row, "（レコード全体）", f"X'{raw}'", "どの種別のレコードでもありません")
    parts, places = [], []
    for number, (name, record_layout) in enumerate(layout.kinds.items()):
        rows = np.flatnonzero(kinds == number)
        if not len(rows) and len(layout.kinds) > 1:
            continue
        faults = Faults(refusals.file)
        part = fixed.decode(record_layout, records[rows], file=refusals.file, faults=faults)
        refusals.add(_renumbered(faults, rows, first))
        parts.append(_complete(part, layout, name, len(rows)))
        places.append(rows)
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return layout.schema.empty_table()
    order = np.argsort(np.concatenate(places), kind="stable")
    return pa.concat_tables(parts).take(order)


def _renumbered(faults: Faults, rows: NDArray[np.int64], first: int) -> Iterator[BadRow]:
    """Faults of some records with the numbers that these have in the file."""
    for bad in faults.rows:
        number = int(rows[bad.row - 1]) + first
        yield BadRow(file=bad.file, row=number, column=bad.column, shown=bad.shown, rule=bad.rule)


def _complete(part: pa.Table, layout: FileLayout, kind: str, count: int) -> pa.Table:
    # a kind without columns makes a table that does not know its length
    columns = {name: part[name] for name in part.column_names}
    arrays: list[Any] = []
    for wanted in layout.schema:
        if wanted.name in columns:
            arrays.append(columns[wanted.name])
        elif wanted.name == KIND and len(layout.kinds) > 1:
            arrays.append(pa.array([kind] * count, pa.string()))
        else:
            arrays.append(pa.nulls(count, wanted.type))
    return pa.Table.from_arrays(arrays, schema=layout.schema)


def delimited(path: Path, intake: Intake, delimiter: str) -> Iterator[pa.Table]:
    """CSV or TSV with a header that names the layout's columns in their order."""
    layout, refusals = intake.layout, intake.refusals
    rows = csv.reader(_lines(path, intake), delimiter=delimiter, strict=True)
    try:
        header = next(rows, [])
        if tuple(header) != layout.columns:
            rule = f"見出しは {','.join(layout.columns)} でなければなりません"
            refusals.note(1, "（見出し）", shown(",".join(header), personal=False), rule)
            return
        yield from _batches(((rows.line_num, row) for row in rows), layout, refusals)
    except csv.Error:
        refusals.note(rows.line_num, "（行全体）", "", "CSVとして読めません（引用符の閉じ忘れなど）")


def xml(path: Path, intake: Intake) -> Iterator[pa.Table]:
    """`<records><record><column>text</column>…</record>…</records>`; no DTD, no entities but the five of XML."""
    layout, refusals = intake.layout, intake.refusals
    rows = XmlRows(layout, refusals)
    try:
        found = ((number, row) for text in _texts(path, intake) for number, row in rows.feed(text))
        yield from _batches(found, layout, refusals)
        rows.close()
    except expat.ExpatError as error:
        refusals.note(error.lineno, "（行全体）", "", f"XMLとして読めません（{error.offset + 1}文字目）")


def xlsx(path: Path, layout: FileLayout, refusals: Refusals) -> Iterator[pa.Table]:
    """The first sheet; every cell must be text, or a whole number in a column of numbers."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        raise TodokeError(
            ErrorCode.SETUP_MISSING, detail="python-calamine", todo="XLSXを読むには追加で入れてください。"
        ) from error
    try:
        book = CalamineWorkbook.from_path(str(path))
        rows = iter(book.get_sheet_by_index(0).to_python(skip_empty_area=False))
    except CalamineError:
        refusals.note(1, "（ファイル全体）", "", "XLSXとして読めません")
        return
    header = next(rows, [])
    if tuple(header) != layout.columns:
        refusals.note(1, "（見出し）", "", f"見出しは {','.join(layout.columns)} でなければなりません")
        return
    yield from _batches(
        ((number, [_cell(cell, number, refusals) for cell in row]) for number, row in enumerate(rows, 2)),
        layout,
        refusals,
    )


def _cell(cell: object, number: int, refusals: Refusals) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, int) and not isinstance(cell, bool):
        return str(cell)
    refusals.note(
        number, "（行全体）", "", "文字列でないセルがあります（日付・小数・真偽値は文字列にしてください）"
    )
    return ""


def _texts(path: Path, intake: Intake) -> Iterator[str]:
    """The text of a file in blocks; damage and codes without a character go to the report as faults."""
    taken, report, line = reader(intake.coding), intake.report, 1
    with path.open("rb") as given:
        block = given.read(_BLOCK)
        while True:
            following = given.read(_BLOCK) if block else b""
            read = taken.feed(block, final=not following)
            report.bytes_in += len(block)
            for fault in read.faults:
                report.fault(line + int((read.points[: fault.before] == 0x0A).sum()), fault)
            for hole in read.holes:
                report.hole(line + int((read.points[: hole.index] == 0x0A).sum()), hole.offset, hole.raw)
            if report.fault_count:
                return
            text = text_of(read.points)
            line += text.count("\n")
            yield text
            if not following:
                return
            block = following


def _lines(path: Path, intake: Intake) -> Iterator[str]:
    rest = ""
    for text in _texts(path, intake):
        *lines, rest = (rest + text).split("\n")
        for line in lines:
            yield line + "\n"
    if rest:
        yield rest


def _batches(
    rows: Iterable[tuple[int, list[str]]], layout: FileLayout, refusals: Refusals
) -> Iterator[pa.Table]:
    width = len(layout.columns)
    numbers: list[int] = []
    batch: list[list[str]] = []
    for number, row in rows:
        if len(row) != width:
            refusals.note(number, "（行全体）", "", f"{width}列でなければなりませんが、{len(row)}列あります")
            continue
        numbers.append(number)
        batch.append(row)
        if len(batch) == BATCH:
            yield _table(batch, numbers, layout, refusals)
            batch, numbers = [], []
    yield _table(batch, numbers, layout, refusals)


def _table(batch: list[list[str]], numbers: list[int], layout: FileLayout, refusals: Refusals) -> pa.Table:
    columns = list(zip(*batch, strict=True)) if batch else [()] * len(layout.columns)
    arrays: list[Any] = []
    for wanted, cells in zip(layout.schema, columns, strict=True):
        if not pa.types.is_integer(wanted.type):
            arrays.append(pa.array([cell or None for cell in cells], pa.string()))
            continue
        for number, cell in zip(numbers, cells, strict=True):
            if cell and not _NUMBER.fullmatch(cell):
                refusals.note(number, wanted.name, "", "18桁以内の半角数字でなければなりません")
        values = [int(cell) if _NUMBER.fullmatch(cell) else None for cell in cells]
        arrays.append(pa.array(values, wanted.type))
    return pa.Table.from_arrays(arrays, schema=layout.schema)
