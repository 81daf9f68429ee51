"""The bytes of one field into a column, all records at once; whatever is not as laid out is a fault."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from todoke.records import mixed, ragged
from todoke.records.charsets import Coded, TableCharset
from todoke.records.codes.faults import Trouble
from todoke.records.faults import FieldWork, Shower, nothing
from todoke.records.fields import Kind
from todoke.records.ragged import Mask, Matrix, Texts

_ABSENT = "必須の項目が空白です"
_BAD_CODE = "文字集合にない符号です"


def check_made(work: FieldWork, cells: Matrix, expected: Matrix) -> None:
    """Fields that the layout makes itself must hold exactly its bytes. Both (n, width)."""
    rules = {
        Kind.CONSTANT: f"固定値 {work.field.value} でなければなりません",
        Kind.SHIFT_OPEN: "シフトコード（開）がありません",
        Kind.SHIFT_CLOSE: "シフトコード（終）がありません",
        Kind.FILLER: "空白でなければなりません",
    }
    wrong: Mask = np.not_equal(cells, expected)
    work.fault(ragged.in_rows(wrong), rules[work.field.kind], _show_first(cells, wrong))


def read_column(work: FieldWork, cells: Matrix) -> pa.Array[Any]:
    """One column from `cells` (n, width). All spaces is null: an absent number is never 0."""
    absent = ragged.blank_rows(cells, work.charset.space)
    if work.field.required:
        work.fault(absent, _ABSENT, nothing)
    match work.field.kind:
        case Kind.NUMBER:
            return _read_numbers(work, cells, absent)
        case Kind.CODE | Kind.DIGITS:
            return _read_digits(work, cells, absent)
        case Kind.WIDE:
            return _read_wide(work, cells)
        case _:
            if _is_mixed(work):
                return _read_mixed(work, cells)
            return _read_texts(work, cells)


def _is_mixed(work: FieldWork) -> bool:
    charset = work.charset
    return isinstance(charset, TableCharset) and charset.holds_mixed(
        mixed_field=work.field.kind is Kind.MIXED
    )


def _digit_values(work: FieldWork, cells: Matrix, absent: Mask) -> Matrix:
    """The values 0–9 of each byte, 0 in absent rows; other bytes are faults."""
    # Unsigned: what stands below zero's code wraps round to a large value.
    values: Matrix = cells - np.uint8(work.charset.zero)
    values[absent] = 0
    other: Mask = values > 9
    work.fault(ragged.in_rows(other), "数字でない符号があります", _show_first(cells, other))
    values[other] = 0
    return values


def _read_numbers(work: FieldWork, cells: Matrix, absent: Mask) -> pa.Array[Any]:
    numbers = np.zeros(len(cells), dtype=np.int64)
    for digits in _digit_values(work, cells, absent).T:
        numbers = numbers * 10 + digits
    return pa.array(numbers, pa.int64(), mask=absent)


def _read_digits(work: FieldWork, cells: Matrix, absent: Mask) -> pa.Array[Any]:
    digits = _digit_values(work, cells, absent) + np.uint8(ord("0"))
    ends = np.concatenate(([0], np.cumsum(np.where(absent, 0, work.field.width))))
    return ragged.texts_of_utf8(digits[~absent].tobytes(), ends)


def _read_texts(work: FieldWork, cells: Matrix) -> Texts:
    rows = ragged.of_matrix(cells, work.charset.space)
    coded = work.charset.decode(rows)

    def show(row: int) -> tuple[int, str]:
        offset = work.charset.size_of(coded.rows.row(row)[: coded.first_bad(row)])
        return offset, _hex(cells[row, offset : offset + 1])

    bad = coded.rows.any_in_row(coded.bad)
    shifted = _shifted(work, cells, bad)
    work.fault(shifted, Trouble.SHIFT_IN_SINGLE.value, show)
    work.fault(bad & ~shifted, _BAD_CODE, show)
    return _texts(work, coded)


def _shifted(work: FieldWork, cells: Matrix, bad: Mask) -> Mask:
    """Bad rows with a byte that begins a shift code."""
    charset = work.charset
    found = bad.copy()
    shifts = list(charset.shift_bytes) if isinstance(charset, TableCharset) else []
    found[bad] = ragged.in_rows(np.isin(cells[bad], shifts))
    return found


def _read_mixed(work: FieldWork, cells: Matrix) -> Texts:
    charset = work.charset
    assert isinstance(charset, TableCharset), f"{charset.name} has no double-byte set"
    read = mixed.decode(charset, ragged.of_matrix(cells, charset.space))
    for row, fault in read.faults.items():
        work.faults.note(
            work.field.name, row, work.placed.start + fault.offset, fault.hex, fault.trouble.value
        )
    return _texts(work, Coded(read.rows, np.zeros(read.rows.flat.shape, dtype=np.bool_)))


def _read_wide(work: FieldWork, cells: Matrix) -> Texts:
    charset = work.charset
    assert isinstance(charset, TableCharset), f"{charset.name} has no double-byte set"
    shifts: Mask = np.isin(cells, list(charset.shift_bytes))
    shifted = ragged.in_rows(shifts)
    work.fault(shifted, "シフトコードが重なっています", _show_first(cells, shifts))
    spaces = cells == charset.space
    # A pair is never half a space: one that is, was cut, or stands an odd number of bytes from its place.
    halves = (spaces[:, ::2] != spaces[:, 1::2]) & ~shifted[:, None]
    cut = np.repeat(halves, 2, axis=1)
    work.fault(ragged.in_rows(halves), "2バイト文字が途中で切れています", _show_first(cells, cut, size=2))
    pairs = np.ascontiguousarray(cells).view(">u2").astype(np.uint16)
    coded = charset.decode_pairs(ragged.of_matrix(pairs, charset.wide_space))

    def show(row: int) -> tuple[int, str]:
        offset = 2 * coded.code_of(row, coded.first_bad(row))
        return offset, _hex(cells[row, offset : offset + 2])

    named = shifted | ragged.in_rows(halves)
    work.fault(coded.rows.any_in_row(coded.bad) & ~named, _BAD_CODE, show)
    return _texts(work, coded)


def _texts(work: FieldWork, coded: Coded) -> Texts:
    """The texts of rows without a bad code, with faults for characters outside the field's repertoire."""
    good = ~coded.rows.any_in_row(coded.bad)
    repertoire = work.field.repertoire
    if repertoire:
        strange = Coded(coded.rows, ~np.isin(coded.rows.flat, repertoire.points))

        def show(row: int) -> tuple[int, str]:
            index = strange.first_bad(row)
            return index, f"U+{int(coded.rows.row(row)[index]):04X}"

        rule = f"使用できない文字です（{repertoire.name}）"
        work.fault(strange.rows.any_in_row(strange.bad) & good, rule, show)
    return ragged.texts_of_points(coded.rows.keep(good))


def _show_first(cells: Matrix, items: Mask, size: int = 1) -> Shower:
    """The first bad byte (or pair) of a row, in hex. `items` has the shape of `cells`."""

    def show(row: int) -> tuple[int, str]:
        offset = int(np.argmax(items[row]))
        return offset, _hex(cells[row, offset : offset + size])

    return show


def _hex(raw: Matrix) -> str:
    return f"X'{raw.tobytes().hex().upper()}'"
