"""Tables written as files of records: fixed length, CSV, TSV, XML, XLSX. One `put` a batch, then `close`."""

from __future__ import annotations

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.sax.saxutils import escape

import numpy as np
import pyarrow as pa

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records import fixed, ragged
from todoke.records.codes.names import Coding, writer
from todoke.records.codes.reading import Read
from todoke.records.codes.unicode_forms import UnicodeForm, points_of
from todoke.records.converting.column_fitting import ColumnFitting
from todoke.records.converting.file_layouts import KIND, FileLayout
from todoke.records.converting.fitting import Fitting
from todoke.records.converting.intake import Refusals
from todoke.records.converting.policy import Policy
from todoke.records.converting.report import Report
from todoke.records.faults import RecordError
from todoke.records.ragged import Mask

SHEET_ROWS = 1_048_576
"""Rows of an XLSX sheet, header included."""

_XML_NAMES = {"cp932": "Windows-31J", "shift-jis-2004": "Shift_JIS", "euc-jp": "EUC-JP"}


@dataclass(frozen=True)
class Outlet:
    """What writing goes by: the open file, the layout, the character set, the policy, where complaints go."""

    made: IO[bytes]
    layout: FileLayout
    coding: Coding
    policy: Policy
    report: Report
    refusals: Refusals


class Sink(ABC):
    """Writes one file."""

    @abstractmethod
    def put(self, table: pa.Table) -> None:
        """The next records."""

    @abstractmethod
    def close(self) -> None:
        """Complete the file."""


class FixedSink(Sink):
    """Records without line ends. Values that do not fit their field are refused, never cut."""

    def __init__(self, outlet: Outlet) -> None:
        self._made, self._layout = outlet.made, outlet.layout
        self._report, self._refusals = outlet.report, outlet.refusals
        self._fitting = ColumnFitting(outlet.policy, outlet.report)
        self._next = 1

    def put(self, table: pa.Table) -> None:
        kinds = table[KIND].to_numpy(zero_copy_only=False) if len(self._layout.kinds) > 1 else None
        records = np.empty((len(table), self._layout.length), dtype=np.uint8)
        for name, layout in self._layout.kinds.items():
            rows = np.arange(len(table)) if kinds is None else np.flatnonzero(kinds == name)
            if not len(rows):
                continue
            if not layout.columns:
                records[rows] = fixed.made(layout)
                continue
            part = (table if kinds is None else table.take(rows)).select(list(layout.columns))
            part = self._fitting.fit(part, layout, rows + self._next)
            try:
                records[rows] = fixed.encode(layout, part)
            except RecordError as error:
                for bad in error.rows:
                    number = int(rows[bad.row - 1]) + self._next
                    self._refusals.note(number, bad.column, bad.shown, bad.rule)
        if kinds is not None:
            for row in np.flatnonzero(~np.isin(kinds, list(self._layout.kinds))).tolist():
                self._refusals.note(self._next + row, KIND, "", "どの種別のレコードでもありません")
        self._next += len(table)
        data = records.tobytes()
        self._report.bytes_out += len(data)
        self._made.write(data)

    def close(self) -> None:
        pass


class TextSink(Sink):
    """What CSV, TSV and XML have in common: text that goes through a character set."""

    def __init__(self, outlet: Outlet) -> None:
        self._made, self._report = outlet.made, outlet.report
        self._writer = writer(outlet.coding)
        self._fitting = Fitting(outlet.coding, self._writer, outlet.policy, outlet.report)

    def _write(self, text: str, *, final: bool = False) -> None:
        points = self._fitting.fit(Read(points_of(text)), final=final)
        data = self._writer.feed(points, final=final)
        self._report.bytes_out += len(data)
        self._made.write(data)

    def close(self) -> None:
        self._write("", final=True)


class DelimitedSink(TextSink):
    """CSV or TSV with a header; lines end with CR LF."""

    def __init__(self, outlet: Outlet, delimiter: str) -> None:
        super().__init__(outlet)
        self._delimiter = delimiter
        self._write_rows([outlet.layout.columns])

    def put(self, table: pa.Table) -> None:
        self._write_rows(_rows(table))

    def _write_rows(self, rows: Iterable[tuple[str, ...]]) -> None:
        text = io.StringIO()
        csv.writer(text, delimiter=self._delimiter, lineterminator="\r\n").writerows(rows)
        self._write(text.getvalue())


class XmlSink(TextSink):
    """`<records>` of `<record>`s with an element for each value that is there. Control characters are refused."""

    def __init__(self, outlet: Outlet) -> None:
        super().__init__(outlet)
        self._refusals = outlet.refusals
        self._next = 1
        self._write(f'<?xml version="1.0" encoding="{xml_name(outlet.coding)}"?>\n<records>\n')

    def put(self, table: pa.Table) -> None:
        names = table.column_names
        for name in names:
            for row in np.flatnonzero(_has_control(table[name])).tolist():
                self._refusals.note(self._next + row, name, "", "XMLに書けない制御文字があります")
        lines = []
        for values in _rows(table):
            cells = (
                f"<{name}>{escape(cell)}</{name}>" for name, cell in zip(names, values, strict=True) if cell
            )
            lines.append(f"<record>{''.join(cells)}</record>\n")
        self._next += len(table)
        self._write("".join(lines))

    def close(self) -> None:
        self._write("</records>\n", final=True)


class XlsxSink(Sink):
    """One sheet, every cell text, so that codes keep their zeros."""

    def __init__(self, path: Path, layout: FileLayout) -> None:
        import xlsxwriter

        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
        self._sheet = self._book.add_worksheet()
        self._next = 0
        self._row(layout.columns)

    def put(self, table: pa.Table) -> None:
        if self._next + len(table) > SHEET_ROWS:
            detail = f"XLSXの1シートに収まるのは見出しを含めて{SHEET_ROWS}行までです"
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
        for row in _rows(table):
            self._row(row)

    def _row(self, cells: tuple[str, ...]) -> None:
        for place, cell in enumerate(cells):
            if cell:
                self._sheet.write_string(self._next, place, cell)
        self._next += 1

    def close(self) -> None:
        self._book.close()


def xml_name(coding: Coding) -> str:
    """The encoding's name in an XML declaration. USAGE_INVALID for host sets, which XML cannot be in."""
    if isinstance(coding, UnicodeForm):
        return "UTF-8" if coding.codec == "utf-8" else "UTF-16"
    name = _XML_NAMES.get(coding.name)
    if name is None:
        raise TodokeError(
            ErrorCode.USAGE_INVALID, detail=f"{coding.title} のXMLは作れません", command="todoke convert"
        )
    return name


def _rows(table: pa.Table) -> Iterable[tuple[str, ...]]:
    """Row by row, every value as text, an absent one as ""."""
    columns = ([str(text or "") for text in column.cast(pa.string()).to_pylist()] for column in table.columns)
    return zip(*columns, strict=True)


def _has_control(column: pa.ChunkedArray) -> Mask:  # type: ignore[type-arg]
    points = ragged.code_points(column.cast(pa.string()).combine_chunks())
    control = (points.flat < 0x20) & ~np.isin(points.flat, (0x09, 0x0A, 0x0D))
    return points.any_in_row(control | np.isin(points.flat, (0xFFFE, 0xFFFF)))
