"""Columns into the bytes of one field, all records at once; whatever does not fit is a fault, never cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records import mixed, ragged
from todoke.records.charsets import Charset, Coded, TableCharset
from todoke.records.faults import FieldWork, Shower, nothing
from todoke.records.fields import Kind
from todoke.records.masking import shown
from todoke.records.ragged import Mask, Matrix, Ragged, Texts, pc

_NO_CHARACTER = "文字集合にない文字です"
_ABSENT = "必須の項目に値がありません"


def write_made(work: FieldWork, cells: Matrix) -> None:
    """Fields that the layout makes itself: constants, shifts, fillers. `cells` is (n, width) of spaces."""
    match work.field.kind:
        case Kind.CONSTANT:
            coded = work.charset.encode(pa.array([work.field.value]))
            assert not coded.bad.any(), work.field.name
            assert coded.rows.flat.size == work.field.width, work.field.name
            cells[:] = coded.rows.flat
        case Kind.SHIFT_OPEN:
            _write_shift(work, cells, _with_shifts(work.charset).shift_open)
        case Kind.SHIFT_CLOSE:
            _write_shift(work, cells, _with_shifts(work.charset).shift_close)


def _write_shift(work: FieldWork, cells: Matrix, code: bytes) -> None:
    if work.field.width != len(code):
        detail = f"{work.charset.name} のシフトコードは{len(code)}バイトですが、{work.field.label}は{work.field.width}バイトです"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
    cells[:] = list(code)


def write_column(work: FieldWork, column: pa.Array[Any], cells: Matrix) -> None:
    """One column into `cells` (n, width), which holds spaces; a missing value leaves them."""
    if work.field.kind is Kind.NUMBER:
        _write_numbers(work, column, cells)
        return
    texts: Texts = column.cast(pa.string())
    if work.field.required:
        work.fault(ragged.absent(texts), _ABSENT, nothing)
    if work.field.kind in (Kind.CODE, Kind.DIGITS):
        _write_digits(work, texts, cells)
    else:
        _write_texts(work, texts, cells)


def _write_numbers(work: FieldWork, column: pa.Array[Any], cells: Matrix) -> None:
    width = work.field.width
    present: Mask = np.asarray(pc.is_valid(column))
    numbers: NDArray[np.int64] = np.asarray(pc.fill_null(column.cast(pa.int64()), 0))
    unfit = (numbers < 0) | (numbers >= 10**width)
    if work.field.required:
        work.fault(~present, _ABSENT, nothing)

    def show(row: int) -> tuple[int, str]:
        return 0, _shown(work, str(numbers[row]))

    work.fault(unfit, f"0以上{width}桁以内の整数でなければなりません", show)
    kept = present & ~unfit
    cells[kept] = _digits_of(numbers[kept], width) + np.uint8(work.charset.zero)


def _digits_of(numbers: NDArray[np.int64], width: int) -> Matrix:
    """Decimal digits 0–9, most significant first. Shape (n, width)."""
    digits = np.empty((len(numbers), width), dtype=np.uint8)
    # One place at a time: numpy divides by a constant several times faster than by an array of powers.
    for place in range(width - 1, -1, -1):
        rest = numbers // 10
        digits[:, place] = numbers - rest * 10
        numbers = rest
    return digits


def _write_digits(work: FieldWork, texts: Texts, cells: Matrix) -> None:
    rows = work.charset.encode(texts).rows
    width, exact = work.field.width, work.field.kind is Kind.CODE
    other = (rows.flat < work.charset.zero) | (rows.flat > work.charset.zero + 9)
    misfit = (rows.lengths != width) & (rows.lengths > 0) if exact else rows.lengths > width
    bad = rows.any_in_row(other) | misfit

    def show(row: int) -> tuple[int, str]:
        return 0, _shown(work, str(texts[row].as_py()))

    work.fault(bad, f"{width}桁{'' if exact else '以内'}の半角数字でなければなりません", show)
    kept = rows.keep(~bad)
    cells[kept.lengths > 0] = work.charset.zero
    kept.fill(cells, right=True)


def _write_texts(work: FieldWork, texts: Texts, cells: Matrix) -> None:
    charset = work.charset
    if isinstance(charset, TableCharset) and charset.holds_mixed(mixed_field=work.field.kind is Kind.MIXED):
        _write_mixed(work, charset, texts, cells)
        return
    wide = work.field.kind is Kind.WIDE
    coded = _with_shifts(work.charset).encode_pairs(texts) if wide else work.charset.encode(texts)
    bad = _misfit(work, texts, coded.rows) | _unwritable(work, texts, coded)
    kept = coded.rows.keep(~bad)
    if wide:
        kept = Ragged(kept.flat.astype(">u2").view(np.uint8), kept.lengths * 2)
    kept.fill(cells)


def _write_mixed(work: FieldWork, charset: TableCharset, texts: Texts, cells: Matrix) -> None:
    written = mixed.encode(charset, texts)
    unmapped = np.zeros(len(texts), dtype=np.bool_)
    unmapped[list(written.bad)] = True

    def show(row: int) -> tuple[int, str]:
        place = written.bad[row]
        return place, f"U+{ord(str(texts[row].as_py())[place]):04X}"

    work.fault(unmapped, _NO_CHARACTER, show)
    bad = _misfit(work, texts, written.rows) | unmapped | _outside(work, texts, unmapped)
    written.rows.keep(~bad).fill(cells)


def _misfit(work: FieldWork, texts: Texts, rows: Ragged) -> Mask:
    """Rows too long for the field, or with trailing spaces, which reading back would lose."""
    wide = work.field.kind is Kind.WIDE
    too_long: Mask = rows.lengths * (2 if wide else 1) > work.field.width
    padded: Mask = np.asarray(pc.fill_null(pc.ends_with(texts, "\u3000" if wide else " "), False))

    def show(row: int) -> tuple[int, str]:
        return 0, _shown(work, str(texts[row].as_py()))

    work.fault(too_long, f"{work.field.width}バイトに収まりません", show)
    work.fault(padded, "末尾の空白は記録できません", show)
    return too_long | padded


def _unwritable(work: FieldWork, texts: Texts, coded: Coded) -> Mask:
    """Rows with a character that the character set, or the field's repertoire, does not hold."""
    unmapped = coded.rows.any_in_row(coded.bad)
    work.fault(unmapped, _NO_CHARACTER, _first_character(work, texts, coded))
    return unmapped | _outside(work, texts, unmapped)


def _outside(work: FieldWork, texts: Texts, unmapped: Mask) -> Mask:
    """Rows with a character outside the field's repertoire, beside those that are faults already."""
    if not work.field.repertoire:
        return np.zeros(len(texts), dtype=np.bool_)
    points = ragged.code_points(texts)
    outside = ~np.isin(points.flat, work.field.repertoire.points)
    strange = points.any_in_row(outside) & ~unmapped
    rule = f"使用できない文字です（{work.field.repertoire.name}）"
    work.fault(strange, rule, _first_character(work, texts, Coded(points, outside)))
    return strange


def _first_character(work: FieldWork, texts: Texts, coded: Coded) -> Shower:
    """The first bad character of a row: its byte in the field and its code point, never the whole text."""
    size = 2 if work.field.kind is Kind.WIDE else 1

    def show(row: int) -> tuple[int, str]:
        item = coded.first_bad(row)
        character = str(texts[row].as_py())[coded.code_point_of(row, item)]
        return item * size, f"U+{ord(character):04X}"

    return show


def _shown(work: FieldWork, text: str) -> str:
    return shown(text, personal=work.field.personal)


def _with_shifts(charset: Charset) -> TableCharset:
    assert isinstance(charset, TableCharset), f"{charset.name} has no double-byte set"
    assert charset.pairs is not None, f"{charset.name} has no double-byte set"
    return charset
