"""Incoming CSV files: a declarative table of columns, and one reader that accepts or refuses a file whole.

One line is one record: a line break inside quotes is refused, so that line numbers in a refusal are exact.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records import csv_bytes, csv_damage, ragged
from todoke.records.csv_rules import Rule
from todoke.records.csv_table_rules import TableRule
from todoke.records.masking import hidden, shown
from todoke.records.ragged import Mask, Texts

REQUIRED = "空欄にできません"
_BLOCK = 8 << 20
_HEADER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Column:
    """One column: name, Japanese label, the rule of a filled cell, may it be empty, is it personal."""

    name: str
    label: str
    rule: Rule
    required: bool = True
    personal: bool = False


@dataclass(frozen=True)
class CsvLayout:
    """One kind of incoming file, in one edition. `extra_columns`: others may stand by; they are not read."""

    name: str
    edition: str
    title: str
    columns: tuple[Column, ...]
    rules: tuple[TableRule, ...] = ()
    extra_columns: bool = False

    @cached_property
    def names(self) -> list[str]:
        """Column names in the file's order."""
        return [column.name for column in self.columns]

    @property
    def checksum(self) -> str:
        """SHA-256 over everything that decides which files are accepted; frozen for a released edition."""
        parts = (self.name, self.edition, str(self.extra_columns), *map(repr, (*self.columns, *self.rules)))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @cached_property
    def by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def in_words(self, text: str) -> str:
        """The text with every column named by its label instead of its header."""

        def label(found: re.Match[str]) -> str:
            column = self.by_name.get(found[0])
            return found[0] if column is None else column.label

        return _HEADER.sub(label, text)


def read_checked(path: Path, layout: CsvLayout) -> pa.Table:
    """The file as a table of the layout's columns, every cell as it stands there (empty is "", never null).

    Raises INPUT_MISSING, or InputRefused with every bad cell: file name, line (the header is line 1), column,
    value shown safely, rule.
    """
    if not path.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=path.name)
    table = parse(path.name, path.read_bytes(), layout)
    refuse_broken_rules(path.name, table, layout)
    return table


def parse(file: str, data: bytes, layout: CsvLayout) -> pa.Table:
    """The UTF-8 bytes of a file as a table of texts. InputRefused for what is wrong with bytes, header or line widths."""
    _refuse_if(file, csv_bytes.faults(file, data))
    _refuse_if(file, _header_faults(file, data, layout))
    return _parse(file, data, layout)


def refuse_broken_rules(file: str, table: pa.Table, layout: CsvLayout) -> None:
    """InputRefused with every cell that breaks its column's rule and every row that breaks one between cells.

    Apart from `parse`, so that the bytes may go first: a whole city's file is half a gigabyte.
    """
    faults = _cell_faults(file, table, layout) + _table_faults(file, table, layout)
    place = {name: number for number, name in enumerate(layout.names)}
    _refuse_if(file, sorted(faults, key=lambda bad: (bad.row, place.get(bad.column, len(place)))))


def _refuse_if(file: str, faults: list[BadRow]) -> None:
    if faults:
        raise InputRefused(file, faults)


def _header_faults(file: str, data: bytes, layout: CsvLayout) -> list[BadRow]:
    """Missing, unknown, repeated and misplaced columns of the first line."""
    found = next(csv.reader([data[: data.index(b"\n")].decode("utf-8")]), [])
    faults = [_header_fault(file, name, "列がありません") for name in layout.names if name not in found]
    if not layout.extra_columns:
        faults += [
            _header_fault(file, name, "この様式にない列です") for name in found if name not in layout.by_name
        ]
    faults += [
        _header_fault(file, name, "列名が重複しています")
        for number, name in enumerate(found)
        if name in found[:number]
    ]
    if not faults and [name for name in found if name in layout.by_name] != layout.names:
        faults.append(
            _header_fault(file, "（見出し）", f"列の並びが違います。正しい並び: {','.join(layout.names)}")
        )
    return faults


def _header_fault(file: str, name: str, rule: str) -> BadRow:
    return BadRow(file=file, row=1, column=shown(name, personal=False), shown="", rule=rule)


def _parse(file: str, data: bytes, layout: CsvLayout) -> pa.Table:
    """All lines as text, or InputRefused with every line of the wrong width."""
    try:
        table = _read(data, layout, arrow_csv.ParseOptions(ignore_empty_lines=False))
    except pa.ArrowInvalid:
        # An open quote shifts the parser's own line numbers, so it is named first.
        faults = csv_bytes.quote_faults(file, data) or _width_faults(file, data, layout)
        raise InputRefused(file, faults) from None
    _refuse_if(file, csv_bytes.line_faults(file, data, len(table)))
    return table.combine_chunks()


def _read(
    data: bytes, layout: CsvLayout, parse: arrow_csv.ParseOptions, *, use_threads: bool = True
) -> pa.Table:
    return arrow_csv.read_csv(
        pa.BufferReader(data),  # type: ignore[arg-type]  # the stubs do not know it; a file object is copied
        read_options=arrow_csv.ReadOptions(use_threads=use_threads, block_size=_BLOCK),
        parse_options=parse,
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(layout.names, pa.string()),
            include_columns=layout.names,
            strings_can_be_null=False,
        ),
    )


def _width_faults(file: str, data: bytes, layout: CsvLayout) -> list[BadRow]:
    """The lines whose number of fields is wrong, found by reading once more and leaving them out."""
    faults: list[BadRow] = []

    def note(row: arrow_csv.InvalidRow) -> Literal["skip"]:
        rule = f"{row.expected_columns}列でなければなりませんが、{row.actual_columns}列あります"
        faults.append(BadRow(file=file, row=row.number or 0, column="（行全体）", shown="", rule=rule))
        return "skip"

    parse = arrow_csv.ParseOptions(ignore_empty_lines=False, invalid_row_handler=note)
    try:
        _read(data, layout, parse, use_threads=False)
    except pa.ArrowInvalid:
        rule = "CSVとして読めません（引用符の閉じ忘れなど）"
        faults.append(BadRow(file=file, row=1, column="（ファイル全体）", shown="", rule=rule))
    return faults


def _cell_faults(file: str, table: pa.Table, layout: CsvLayout) -> list[BadRow]:
    """Empty cells that are required, and filled cells that break their column's rule."""
    faults: list[BadRow] = []
    for column in layout.columns:
        texts: Texts = table[column.name].combine_chunks()
        empty = ragged.absent(texts)
        if column.required and empty.any():
            faults += _bad_rows(file, column, texts, empty, REQUIRED)
        broken = column.rule.broken(texts) & ~empty
        if broken.any():
            faults += _bad_rows(file, column, texts, broken, column.rule.sentence)
    return faults


def _bad_rows(file: str, column: Column, texts: Texts, bad: Mask, rule: str) -> list[BadRow]:
    rows = np.flatnonzero(bad)
    values = texts.take(rows).to_pylist()
    return [
        BadRow(
            file=file, row=int(row) + 2, column=column.name, shown=_safe(column, str(value)),
            rule=rule + csv_damage.hint(column.rule, str(value)),
        )
        for row, value in zip(rows, values, strict=True)
    ]  # fmt: skip


def _safe(column: Column, value: str) -> str:
    return hidden(value) if column.rule.secret else shown(value, personal=column.personal)


def _table_faults(file: str, table: pa.Table, layout: CsvLayout) -> list[BadRow]:
    """Rows that break a rule between cells; the refusal shows all the cells that the rule names."""
    faults: list[BadRow] = []
    for rule in layout.rules:
        rows = np.flatnonzero(rule.broken(table))
        cells = table.select(list(rule.columns)).take(rows).to_pylist()
        for row, cell in zip(rows, cells, strict=True):
            safe = "・".join(_safe(layout.by_name[name], cell[name]) for name in rule.columns)
            name = "・".join(rule.columns)
            said = layout.in_words(rule.sentence)
            faults.append(BadRow(file=file, row=int(row) + 2, column=name, shown=safe, rule=said))
    return faults
