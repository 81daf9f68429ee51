"""Files of records by layout name: the kinds of record in them, and their columns as one table.

A file may hold records of several kinds (共通 and 要求; ヘッダー, データ, …), all of one length and told apart by
their constants. Its table then has a first column, `record`, with the kind, and the columns of all kinds; a cell
that a kind does not have is empty.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records import catalogue, fixed
from todoke.records.charsets import Charset
from todoke.records.csv_input import CsvLayout
from todoke.records.fields import Kind, RecordLayout
from todoke.records.ragged import Mask, Matrix

KIND = "record"
"""The column that names the kind of record, in files with several."""


@dataclass(frozen=True)
class FileLayout:
    """A file: `kinds` by name (one named "" if all records are alike); none for layouts without a fixed form."""

    name: str
    title: str
    kinds: dict[str, RecordLayout]
    csv_columns: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of its table, in order, each once."""
        found = dict.fromkeys(self.csv_columns)
        for layout in self.kinds.values():
            found |= dict.fromkeys(layout.columns)
        return (KIND, *found) if len(self.kinds) > 1 else tuple(found)

    @cached_property
    def schema(self) -> pa.Schema:
        """All text but the numbers."""
        types = {
            name: layout.schema.field(name).type for layout in self.kinds.values() for name in layout.columns
        }
        return pa.schema([(name, types.get(name, pa.string())) for name in self.columns])

    @property
    def length(self) -> int:
        """Bytes in every record."""
        return next(iter(self.kinds.values())).length

    def in_charset(self, charset: Charset) -> FileLayout:
        """The same records in another character set."""
        return replace(
            self, kinds={name: replace(layout, charset=charset) for name, layout in self.kinds.items()}
        )

    def kind_of(self, records: Matrix) -> NDArray[np.int64]:
        """Which kind each record is, by its constants; -1 for none. Shape (n,)."""
        found = np.full(len(records), -1, dtype=np.int64)
        if len(self.kinds) == 1:
            found[:] = 0
            return found
        for number, layout in enumerate(self.kinds.values()):
            found[_has_constants(layout, records)] = number
        return found


def file_layout(name: str) -> FileLayout:
    """The layout of that name: a CSV layout, one kind of record (`inquiry_request.request`) or a file of several
    (`inquiry_request`). Raises NOT_FOUND."""
    for csv_layout in catalogue.CSV_LAYOUTS:
        if csv_layout.name == name:
            return FileLayout(name, csv_layout.title, {}, tuple(csv_layout.names))
    kinds = {
        layout.name.removeprefix(name).lstrip("."): layout
        for layout in catalogue.RECORD_LAYOUTS
        if layout.name == name or layout.name.startswith(name + ".")
    }
    if not kinds or len({layout.length for layout in kinds.values()}) != 1:
        known = "、".join(sorted(_names((*catalogue.CSV_LAYOUTS, *catalogue.RECORD_LAYOUTS))))
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"様式 {name}（使えるもの: {known}）")
    return FileLayout(name, next(iter(kinds.values())).title, kinds)


def _names(layouts: tuple[CsvLayout | RecordLayout, ...]) -> set[str]:
    return {layout.name for layout in layouts} | {layout.name.split(".")[0] for layout in layouts}


def _has_constants(layout: RecordLayout, records: Matrix) -> Mask:
    expected = fixed.made(layout)
    found = np.ones(len(records), dtype=np.bool_)
    for placed in layout.placed:
        if placed.field.kind is Kind.CONSTANT:
            cells = slice(placed.start, placed.end)
            found &= (records[:, cells] == expected[:, cells]).all(axis=1)
    return found
