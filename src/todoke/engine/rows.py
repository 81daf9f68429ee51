"""The digest of rows: what two engines, or two years, are compared by. It is of the values, not of a file's bytes.

Every value is written as UTF-8 text and a line feed (null: NUL and a line feed), column after column; each column gets
a SHA-256. The rows' digest is the SHA-256 of a line `<column> <SHA-256 of the column>` for every column in order. So a
spreadsheet's column, exported as text, is enough to check a column without any code of ours.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

pc: Any = pyarrow.compute
_NULL = "\0"


def digest(path: Path) -> str:
    """The digest of a Parquet file's rows in their order, hex; a batch in memory at a time."""
    with pq.ParquetFile(path) as file:
        hashes = {name: hashlib.sha256() for name in file.schema_arrow.names}
        for batch in file.iter_batches():
            for name, column in zip(batch.schema.names, batch.columns, strict=True):
                hashes[name].update(_lines(column))
    whole = hashlib.sha256()
    for name, found in hashes.items():
        whole.update(f"{name} {found.hexdigest()}\n".encode())
    return whole.hexdigest()


def _lines(column: Any) -> memoryview:  # noqa: ANN401 - Arrow's stubs do not type compute kernels
    """The values as they are hashed: one buffer, no copy."""
    texts = pc.fill_null(column.cast(pa.string()), _NULL)
    lines = pc.binary_join_element_wise(texts, "", "\n").cast(pa.large_string())
    _, offsets, data = lines.buffers()
    ends = memoryview(offsets).cast("q")
    first, last = ends[lines.offset], ends[lines.offset + len(lines)]
    return memoryview(data)[first:last] if data is not None else memoryview(b"")
