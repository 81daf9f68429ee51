"""The form of a database in a backup: frames of one kind letter, two lengths and a payload, the data compressed.

H  header (JSON): a table begins          D  rows of it: COPY BINARY, zstd
E  its end (JSON): rows and SHA-256       Z  the end of the database
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO, Final

import pyarrow as pa

HEADER, DATA, END, LAST = b"H", b"D", b"E", b"Z"
CHUNK: Final = 1 << 20
_HEAD = struct.Struct(">cII")
_MOST: Final = 1 << 28
_LEVEL: Final = 1
"""Of zstd: faster than the database can give, and not much larger than the next ones."""


def write(stream: IO[bytes], kind: bytes, payload: bytes) -> None:
    """One frame as it is."""
    stream.write(_HEAD.pack(kind, len(payload), len(payload)) + payload)


def write_data(stream: IO[bytes], payload: bytes) -> None:
    """One frame of rows; none for an empty payload."""
    if not payload:
        return
    packed = pa.Codec("zstd", _LEVEL).compress(payload, asbytes=True)
    stream.write(_HEAD.pack(DATA, len(packed), len(payload)) + packed)


def read(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Every frame up to the last; EOFError for a stream that ends before it, ValueError for another form."""
    codec = pa.Codec("zstd")
    while True:
        kind, size, whole = _HEAD.unpack(_exactly(stream, _HEAD.size))
        if kind not in (HEADER, DATA, END, LAST) or max(size, whole) > _MOST:
            raise ValueError("not a frame of a backup")
        payload = _exactly(stream, size)
        yield kind, codec.decompress(payload, whole, asbytes=True) if kind == DATA else payload
        if kind == LAST:
            return


def _exactly(stream: IO[bytes], size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found
