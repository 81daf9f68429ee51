"""Headerless CSV of a fixed number of columns of which only some are known: the form of ward-style reply files.

Every known column has its place as data; the others are left empty when written and not read. A line of another
width is refused, with the widths of the editions that are known: a shifted column would be somebody's wrong amount.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records import csv_bytes
from todoke.records.ragged import Texts, pc

_BLOCK = 8 << 20
_STRANGE = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
"""What Python reads single bytes as that CP932 does not define."""
_UNFIT = '[,"\r\n]'


@dataclass(frozen=True)
class WideLayout:
    """`places`: column name → place from 1, in the order in which `decode` returns them. CR LF behind each line."""

    name: str
    edition: str
    title: str
    encoding: str
    width: int
    places: tuple[tuple[str, int], ...]

    def __post_init__(self) -> None:
        numbers = [place for _, place in self.places]
        assert len(set(numbers)) == len(numbers), self.name
        assert all(1 <= number <= self.width for number in numbers), self.name

    @cached_property
    def schema(self) -> pa.Schema:
        """Text throughout; an empty cell is null."""
        return pa.schema([(name, pa.string()) for name, _ in self.places])

    @property
    def checksum(self) -> str:
        """SHA-256 over everything that decides the bytes; frozen for a released edition."""
        parts = (self.name, self.edition, self.encoding, str(self.width), *map(repr, self.places))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def encode(layout: WideLayout, table: pa.Table) -> bytes:
    """The rows as lines; columns that the table does not have are empty. RECORD_INVALID for a cell with , " or a line end."""
    named = {place: name for name, place in layout.places if name in table.column_names}
    pieces: list[Texts | str] = []
    for place in range(1, layout.width + 1):
        end = "," if place < layout.width else "\r\n"
        if place in named:
            pieces.append(_cells(layout, table, named[place]))
        if pieces and isinstance(pieces[-1], str):
            pieces[-1] += end
        else:
            pieces.append(end)
    lines = pc.binary_join_element_wise(*pieces, "")
    try:
        return "".join(lines.to_pylist()).encode(layout.encoding)
    except UnicodeEncodeError as error:
        detail = f"{layout.title}: 文字集合にない文字 U+{ord(error.object[error.start]):04X}"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail) from None


def _cells(layout: WideLayout, table: pa.Table, name: str) -> Texts:
    texts: Texts = pc.fill_null(table[name].combine_chunks().cast(pa.string()), "")
    if pc.any(pc.match_substring_regex(texts, _UNFIT)).as_py():
        detail = f"{layout.title}: {name} にコンマ、引用符または改行があります"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
    return texts


def decode(layout: WideLayout, data: bytes, *, file: str, known: Sequence[WideLayout]) -> pa.Table:
    """The known columns of every line; padding behind a text is dropped, and an empty or blank cell is null, never 0.

    Raises InputRefused with every bad line; `known` are the editions that a refusal of the width names.
    """
    utf8 = _utf8(layout, data, file)
    faults = csv_bytes.faults(file, utf8)
    if faults:
        raise InputRefused(file, faults)
    table = _parse(layout, utf8, file, known)
    return pa.table([_blank_is_null(column) for column in table.columns], schema=layout.schema)


def raw_lines(data: bytes) -> list[bytes]:
    """The bytes of every line without its end: what is kept of a reply, whatever was read from it."""
    return data.removesuffix(b"\r\n").split(b"\r\n")


def _utf8(layout: WideLayout, data: bytes, file: str) -> bytes:
    if data.isascii():
        return data
    try:
        text = data.decode(layout.encoding)
    except UnicodeDecodeError as error:
        raise _character_fault(layout, data, error.start, file) from None
    found = _STRANGE.search(text)
    if found:
        at = len(text[: found.start()].encode(layout.encoding))
        raise _character_fault(layout, data, at, file)
    return text.encode()


def _character_fault(layout: WideLayout, data: bytes, at: int, file: str) -> InputRefused:
    line, column = data.count(b"\n", 0, at) + 1, at - data.rfind(b"\n", 0, at)
    rule = f"{layout.encoding} として正しくありません（行頭から{column}バイト目）"
    shown = f"X'{data[at : at + 2].hex().upper()}'"
    return InputRefused(file, [BadRow(file=file, row=line, column="（行全体）", shown=shown, rule=rule)])


def _parse(layout: WideLayout, utf8: bytes, file: str, known: Sequence[WideLayout]) -> pa.Table:
    widths = _editions(known)
    faults: list[BadRow] = []

    def note(row: arrow_csv.InvalidRow) -> Literal["skip"]:
        rule = f"{layout.width}列でなければなりませんが、{row.actual_columns}列あります（知られている版: {widths}）"
        faults.append(BadRow(file=file, row=row.number or 0, column="（行全体）", shown="", rule=rule))
        return "skip"

    try:
        return _read(layout, utf8, arrow_csv.ParseOptions(quote_char=False, ignore_empty_lines=False))
    except pa.ArrowInvalid:
        again = arrow_csv.ParseOptions(quote_char=False, ignore_empty_lines=False, invalid_row_handler=note)
        _read(layout, utf8, again, use_threads=False)
        raise InputRefused(file, faults) from None


def _read(
    layout: WideLayout, utf8: bytes, parse: arrow_csv.ParseOptions, *, use_threads: bool = True
) -> pa.Table:
    names = [f"column {place}" for place in range(1, layout.width + 1)]
    wanted = [f"column {place}" for _, place in layout.places]
    return arrow_csv.read_csv(
        io.BytesIO(utf8),
        read_options=arrow_csv.ReadOptions(use_threads=use_threads, block_size=_BLOCK, column_names=names),
        parse_options=parse,
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()),
            include_columns=wanted,
            strings_can_be_null=False,
        ),
    )


def _editions(known: Sequence[WideLayout]) -> str:
    return "、".join(f"{layout.edition}＝{layout.width}列" for layout in known)


def _blank_is_null(column: pa.ChunkedArray) -> Texts:  # type: ignore[type-arg]
    texts = pc.ascii_rtrim(column.combine_chunks(), " ")
    found: Texts = pc.if_else(np.asarray(pc.equal(texts, "")), pa.scalar(None, pa.string()), texts)
    return found
