"""Sealed Parquet files: written once under the name of their content, checked before every use."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from todoke.kernel.errors import ErrorCode, TodokeError

GROUP_ROWS = 32_768
"""Rows of a Parquet row group: DuckDB gives each to another thread, and a page that asks for one person reads one whole.

Twice as many cost such a page half as much again; half as many gain it little and cost a decision 3 % more.
"""


@dataclass(frozen=True, kw_only=True)
class Seal:
    """Where a sealed file lies, the SHA-256 of its bytes (hex), and its number of rows."""

    path: Path
    sha256: str
    rows: int


def write(table: pa.Table, folder: Path, name: str) -> Seal:
    """Write `table` as `<name>-<first 16 of sha256>.parquet`; the name appears only when the file is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".{name}.parquet.part"
    pq.write_table(table, unfinished, compression="zstd", row_group_size=GROUP_ROWS)
    digest = file_sha256(unfinished)
    path = folder / f"{name}-{digest[:16]}.parquet"
    unfinished.replace(path)
    return Seal(path=path, sha256=digest, rows=table.num_rows)


def share(sealed: Path, sha256: str, folder: Path, name: str) -> Seal:
    """The same sealed bytes under a further name, `<name>-<first 16 of sha256>.parquet`; nothing is copied on one disk."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{sha256[:16]}.parquet"
    if not path.exists():
        try:
            os.link(check(sealed, sha256), path)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            unfinished = folder / f".{path.name}.part"
            shutil.copyfile(sealed, unfinished)
            unfinished.replace(path)
    return Seal(path=path, sha256=sha256, rows=pq.read_metadata(path).num_rows)


def write_bytes(data: bytes, folder: Path, name: str, ending: str) -> Seal:
    """Write `data` as `<name>-<first 16 of sha256><ending>`; a file of the same content is the same file."""
    digest = hashlib.sha256(data).hexdigest()
    path = folder / f"{name}-{digest[:16]}{ending}"
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(data)
    unfinished.replace(path)
    return Seal(path=path, sha256=digest, rows=data.count(b"\n"))


def check(path: Path, sha256: str) -> Path:
    """The path, if the file still has the sealed content; INPUT_MISSING or INPUT_CHANGED otherwise."""
    if not path.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=path.name)
    if file_sha256(path) != sha256:
        raise TodokeError(ErrorCode.INPUT_CHANGED, file=path.name)
    return path


_unchanged: dict[tuple[str, str], tuple[int, int, int]] = {}


def check_unchanged(path: Path, sha256: str) -> Path:
    """`check`, but a file that this process has checked before is hashed again only when it was written to since.

    For screens, which read a few rows of files that take half a second to hash; a decision always uses `check`.
    """
    if not path.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=path.name)
    stat = path.stat()
    seen = (stat.st_ino, stat.st_size, stat.st_mtime_ns)
    if _unchanged.get((str(path), sha256)) != seen:
        check(path, sha256)
        _unchanged[str(path), sha256] = seen
    return path


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def adopt(file: Path, name: str) -> Seal:
    """Seal a Parquet file that was written elsewhere: it is renamed after its content, in its folder."""
    digest = file_sha256(file)
    path = file.with_name(f"{name}-{digest[:16]}.parquet")
    file.replace(path)
    return Seal(path=path, sha256=digest, rows=pq.read_metadata(path).num_rows)
