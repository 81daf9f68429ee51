"""表の持ち出し: a table as CSV or XLSX. Codes stay text, days stay days, and no cell can become a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from todoke.kernel.clock import JAPAN
from todoke.pages.tables import Column, Kind, Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDTH = {Kind.TEXT: 24, Kind.CODE: 14, Kind.NUMBER: 12, Kind.DAY: 13, Kind.MOMENT: 20}
_HEAD_ROW = 3


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What a sheet says about itself: who took it, when (aware), and by which conditions it was drawn."""

    by: str
    at: datetime
    conditions: str = "なし"

    def lines(self, count: int) -> list[str]:
        """Two lines above the table."""
        at = self.at.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M:%S")
        return [f"出力した職員：{self.by}　出力日時：{at}", f"抽出条件：{self.conditions}　件数：{count:,}件"]


def as_csv(table: Table[Any]) -> bytes:
    """UTF-8 with a byte order mark, CRLF, every column that is exported; days and moments in ISO form.

    A text that a spreadsheet would run as a formula gets an apostrophe before it, as spreadsheets themselves write it.
    """
    columns = _exported(table)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.title for column in columns)
    for row in table.ordered:
        writer.writerow(_flat(column.value(row), column.kind) for column in columns)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(table: Table[Any], circumstances: Circumstances) -> bytes:
    """A workbook with a sheet that is ready to print (A4 across, the header on every page, page numbers below), and the
    same rows as bare data behind it: one header line, one value a cell, for whoever goes on working with them."""
    columns, rows = _exported(table), table.ordered
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        book.set_properties({"title": table.caption, "author": circumstances.by})
        sheet = book.add_worksheet("一覧")
        head = book.add_format(
            {"bold": True, "bg_color": "#e6e6e6", "border": 1, "text_wrap": True, "valign": "top"}
        )
        formats = _formats(book)
        sheet.write_string(0, 0, table.caption, book.add_format({"bold": True, "font_size": 14}))
        for number, line in enumerate(circumstances.lines(len(rows)), start=1):
            sheet.write_string(number, 0, line)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _WIDTH[column.kind])
            sheet.write_string(_HEAD_ROW, place, column.title, head)
        for number, row in enumerate(rows, start=_HEAD_ROW + 1):
            for place, column in enumerate(columns):
                _write(sheet, number, place, column.value(row), formats[column.kind])
        _for_print(sheet, last_row=_HEAD_ROW + len(rows), last_column=len(columns) - 1)
        _data(book, columns, rows, formats)
    return buffer.getvalue()


def _data(
    book: xlsxwriter.Workbook,
    columns: Sequence[Column[Any]],
    rows: Sequence[Any],
    formats: dict[Kind, Format],
) -> None:
    sheet = book.add_worksheet("データ")
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _WIDTH[column.kind])
        sheet.write_string(0, place, column.title)
        for number, row in enumerate(rows, start=1):
            _write(sheet, number, place, column.value(row), formats[column.kind])


def _exported(table: Table[Any]) -> Sequence[Column[Any]]:
    return [column for column in table.columns if column.exported]


def _flat(value: object, kind: Kind) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(JAPAN).isoformat(timespec="seconds")
    text = value.isoformat() if isinstance(value, date) else str(value)
    return f"'{text}" if kind is not Kind.NUMBER and text.startswith(_FORMULA) else text


def _formats(book: xlsxwriter.Workbook) -> dict[Kind, Format]:
    base = {"border": 1, "valign": "top", "text_wrap": True}
    forms = {
        Kind.TEXT: {"num_format": "@"},
        Kind.CODE: {"num_format": "@"},
        Kind.NUMBER: {"num_format": "#,##0"},
        Kind.DAY: {"num_format": "yyyy/mm/dd", "align": "left"},
        Kind.MOMENT: {"num_format": "yyyy/mm/dd hh:mm:ss", "align": "left"},
    }
    return {kind: book.add_format({**base, **form}) for kind, form in forms.items()}


def _write(sheet: Worksheet, row: int, place: int, value: object, form: Format) -> None:
    """By the value's own type: a code is a string and stays one."""
    if value is None or value == "":
        sheet.write_blank(row, place, None, form)
    elif isinstance(value, datetime):
        # spreadsheets know no time zones: what is written is the time in Japan
        sheet.write_datetime(row, place, value.astimezone(JAPAN).replace(tzinfo=None), form)
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, form)
    elif isinstance(value, int) and not isinstance(value, bool):
        sheet.write_number(row, place, value, form)
    else:
        sheet.write_string(row, place, str(value), form)


def _for_print(sheet: Worksheet, *, last_row: int, last_column: int) -> None:
    sheet.freeze_panes(_HEAD_ROW + 1, 0)
    sheet.autofilter(_HEAD_ROW, 0, max(last_row, _HEAD_ROW), last_column)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.set_footer("&L&A&R&P / &N")
