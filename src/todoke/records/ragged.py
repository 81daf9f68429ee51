"""Columns of short texts as flat arrays: the bridge between Arrow strings and numpy byte matrices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

# The published stubs refuse most mixed calls of array and scalar, so compute functions pass unchecked.
pc: Any = pyarrow.compute
Texts: TypeAlias = "pa.Array[Any]"
"""An Arrow column of type string."""

Matrix = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Ragged:
    """Many short rows laid end to end: `flat` (total,) of any unsigned type, `lengths` (n,) of int64."""

    flat: NDArray[Any]
    lengths: NDArray[np.int64]

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where each row begins in `flat`, and the end of the last one. Shape (n + 1,)."""
        return np.concatenate(([0], np.cumsum(self.lengths)))

    def rows_where(self, items: Mask) -> NDArray[np.int64]:
        """The row of every true item; `items` has the shape of `flat`."""
        return np.searchsorted(self.starts, np.flatnonzero(items), side="right") - 1

    def any_in_row(self, items: Mask) -> Mask:
        """Whether a row holds a true item; `items` has the shape of `flat`. Shape (n,)."""
        result = np.zeros(len(self.lengths), dtype=np.bool_)
        if items.any():
            result[self.rows_where(items)] = True
        return result

    def row(self, index: int) -> NDArray[Any]:
        return self.flat[self.starts[index] : self.starts[index + 1]]

    def fill(self, target: Matrix, *, right: bool = False) -> None:
        """Write the rows into `target` (n, width), left- or right-aligned; every length must fit."""
        width = target.shape[1]
        if self.flat.size == target.size:
            target[:] = self.flat.reshape(target.shape)
            return
        places = np.arange(width)
        kept = places >= width - self.lengths[:, None] if right else places < self.lengths[:, None]
        target[kept] = self.flat

    def keep(self, rows: Mask) -> Ragged:
        """The same shape with the rows that are not kept made empty."""
        if rows.all():
            return self
        return Ragged(self.flat[np.repeat(rows, self.lengths)], np.where(rows, self.lengths, 0))


def of_matrix(matrix: NDArray[Any], blank: int) -> Ragged:
    """The rows of a matrix without their trailing `blank` items."""
    matrix = np.ascontiguousarray(matrix)
    used = matrix != blank
    width = matrix.shape[1]
    if used.all():
        return Ragged(matrix.ravel(), np.full(len(matrix), width, dtype=np.int64))
    lengths = np.where(used.any(axis=1), width - np.argmax(used[:, ::-1], axis=1), 0).astype(np.int64)
    return Ragged(matrix[np.arange(width) < lengths[:, None]], lengths)


def in_rows(items: Mask) -> Mask:
    """Whether a row of a matrix holds a true item. Shape (n, width) in, (n,) out."""
    # asking about all of them first is quick, and nearly always enough
    if not items.any():
        return np.zeros(len(items), dtype=np.bool_)
    found: Mask = np.asarray(items.any(axis=1))
    return found


def blank_rows(matrix: Matrix, blank: int) -> Mask:
    """Which rows hold nothing but `blank`. Shape (n,)."""
    found: Mask = matrix[:, 0] == blank
    rows = np.flatnonzero(found)
    found[rows] = (matrix[rows] == blank).all(axis=1)
    return found


def filled(table: pa.Table, name: str) -> Mask:
    """Which rows have a value (not null, not empty) in a column, which may be missing. Shape (n,)."""
    if name not in table.column_names:
        return np.zeros(table.num_rows, dtype=np.bool_)
    return ~absent(table[name].combine_chunks().cast(pa.string()))


def absent(texts: Texts) -> Mask:
    """Which texts are null or empty. Shape (n,)."""
    return np.asarray(pc.equal(pc.binary_length(pc.fill_null(texts, "")), 0))


def utf8_bytes(texts: Texts) -> Ragged:
    """The UTF-8 bytes of each text; null counts as empty. `flat` is uint8."""
    filled = pc.fill_null(texts, "").cast(pa.large_string())
    _, offset_buffer, data = filled.buffers()
    if not len(filled):
        return Ragged(np.empty(0, dtype=np.uint8), np.empty(0, dtype=np.int64))
    offsets = np.frombuffer(offset_buffer, dtype=np.int64)[filled.offset : filled.offset + len(filled) + 1]
    payload = np.frombuffer(data, dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8)
    return Ragged(payload[offsets[0] : offsets[-1]], np.diff(offsets))


def code_points(texts: Texts) -> Ragged:
    """The Unicode code points of each text; null counts as empty. `flat` is uint32."""
    encoded = utf8_bytes(texts)
    if not encoded.flat.size or encoded.flat.max() < 0x80:
        return Ragged(encoded.flat.astype(np.uint32), encoded.lengths)
    points = np.frombuffer(encoded.flat.tobytes().decode("utf-8").encode("utf-32-le"), dtype=np.uint32)
    counts = np.asarray(pc.utf8_length(pc.fill_null(texts, "")), dtype=np.int64)
    return Ragged(points, counts)


def texts_of_points(points: Ragged) -> Texts:
    """Arrow text from code points; an empty row becomes null."""
    flat = points.flat
    if flat.size and flat.max() >= 0x80:
        data = flat.astype(np.uint32).tobytes().decode("utf-32-le").encode("utf-8")
        first_bytes = np.flatnonzero((np.frombuffer(data, dtype=np.uint8) & 0xC0) != 0x80)
        ends = np.append(first_bytes, len(data))[points.starts]
    else:
        ends = points.starts
        data = flat.astype(np.uint8).tobytes()
    return texts_of_utf8(data, ends)


def texts_of_utf8(data: bytes, ends: NDArray[np.int64]) -> Texts:
    """Arrow text from valid UTF-8 and its n + 1 offsets; an empty row becomes null."""
    present = np.diff(ends) > 0
    bitmap = np.packbits(present, bitorder="little").tobytes()
    parts = (bitmap, ends.astype(np.int64).tobytes(), data)
    buffers: list[pa.Buffer | None] = [pa.py_buffer(part) for part in parts]
    return pa.Array.from_buffers(pa.large_string(), len(present), buffers).cast(pa.string())
