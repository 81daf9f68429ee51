"""The digest of rows: what two engines, or two years, are compared by. It is of the values, not of a file's bytes.

Every value is taken as UTF-8 text (true, 2021-12-10, 100000, …). Each column has two SHA-256: of all its values one after
another, and of their lengths in bytes, each as four bytes, least first (null: FF FF FF FF). The rows' digest is the
SHA-256 of a line `<column> <of the values> <of the lengths>` for every column in order.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

pc: Any = pyarrow.compute
_NULL = 0xFFFF_FFFF


def digest(path: Path) -> str:
    """The digest of a Parquet file's rows in their order, hex; a batch in memory at a time."""
    with pq.ParquetFile(path) as file:
        hashes = {name: (hashlib.sha256(), hashlib.sha256()) for name in file.schema_arrow.names}
        for batch in file.iter_batches():
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                for found, data in zip(hashes[name], _texts(column), strict=True):
                    found.update(data)
    lines = (
        f"{name} {values.hexdigest()} {lengths.hexdigest()}\n" for name, (values, lengths) in hashes.items()
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _texts(column: Any) -> tuple[memoryview, memoryview]:  # noqa: ANN401 - Arrow's stubs do not type compute kernels
    """The bytes of all values, and their lengths; no value is looked at by itself."""
    texts = column.cast(pa.string())
    filled = pc.fill_null(texts, "") if texts.null_count else texts
    _, offsets, data = filled.buffers()
    ends = np.frombuffer(offsets, np.int32)[filled.offset : filled.offset + len(filled) + 1]
    lengths = np.diff(ends).astype("<u4")
    if texts.null_count:
        lengths[pc.is_null(texts).to_numpy(zero_copy_only=False)] = _NULL
    values = memoryview(data)[ends[0] : ends[-1]] if len(filled) and data is not None else memoryview(b"")
    return values, memoryview(lengths.data).cast("B")
