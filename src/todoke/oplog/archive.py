"""書き出しの形式 (archive): one folder that can be verified with public keys alone. Knows no database.

    manifest.json            format, instance, realm, logs, when exported, public keys by name
    witnessed.jsonl          other realms' checkpoints that this realm has witnessed
    <log>/segments.jsonl     every segment there ever was, also of deleted months
    <log>/checkpoints.jsonl  every signed checkpoint
    <log>/cosignatures.jsonl what witnesses in other realms signed
    <log>/deletions.jsonl    lawfully deleted months, and <log>/erasures.jsonl for single entries
    <log>/rows-2022-04.bin   the entries of a month, in blocks

A block is one segment's rows: number (8 bytes; all ones = not sealed yet), rows (4), bytes of marks (4), bytes of rows
(8), marks, rows. A row is its length after this (4), xid (8), id (8), leaf (32), state (1), personal part, public form
(`oplog.entry`). State 0: nothing personal. 1: salt (16), length (4), personal form. 2: erased, commitment (32).
"""

from __future__ import annotations

import hmac
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final

from todoke.oplog.segments import Segment

FORMAT: Final = 1
UNSEALED: Final = 2**64 - 1
MOST_ROWS: Final = 4096
"""Rows of an unsealed block at most; sealed ones have those of their segment."""
PLAIN, PERSONAL, ERASED = 0, 1, 2
ROW = struct.Struct(">IQQ32sB")
_BLOCK = struct.Struct(">QIIQ")


@dataclass(frozen=True, slots=True)
class Block:
    """Where a segment's rows stand in a file; `seg` is `UNSEALED` for the tail."""

    file: str
    seg: int
    n: int
    marks_at: int
    rows_at: int
    end: int

    def read(self) -> tuple[bytes, bytes]:
        """Marks and rows."""
        with Path(self.file).open("rb") as source:
            source.seek(self.marks_at)
            marks = source.read(self.rows_at - self.marks_at)
            return marks, source.read(self.end - self.rows_at)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a block, parsed."""

    xid: int
    id: int
    leaf: bytes
    state: int
    secret: bytes  # salt (state 1) or commitment (state 2)
    personal: bytes
    form: bytes

    @property
    def committed(self) -> bytes:
        """The commitment to the personal part, recomputed where the salt still exists."""
        if self.state == PERSONAL:
            return hmac.digest(self.secret, self.personal, "sha256")
        return self.secret

    def write(self) -> bytes:
        """The row as it stands in a block."""
        length = len(self.personal).to_bytes(4, "big") if self.state == PERSONAL else b""
        rest = b"".join((self.secret, length, self.personal, self.form))
        return ROW.pack(ROW.size - 4 + len(rest), self.xid, self.id, self.leaf, self.state) + rest


def rows(data: bytes) -> Iterator[Row]:
    """The rows of a block; ValueError where the bytes are no rows."""
    place = 0
    while place < len(data):
        row, place = _row(data, place)
        yield row


def _row(data: bytes, place: int) -> tuple[Row, int]:
    try:
        length, xid, number, leaf, state = ROW.unpack_from(data, place)
        end, start = place + 4 + length, place + ROW.size
        secret = personal = b""
        if state == PERSONAL:
            size = int.from_bytes(data[start + 16 : start + 20], "big")
            secret, personal = data[start : start + 16], data[start + 20 : start + 20 + size]
            start += 20 + size
        elif state == ERASED:
            secret, start = data[start : start + 32], start + 32
        if state > ERASED or not start < end <= len(data):
            raise ValueError("cut row")
    except (struct.error, IndexError) as error:
        raise ValueError("cut row") from error
    return Row(xid, number, leaf, state, secret, personal, data[start:end]), end


def write_block(out: BinaryIO, seg: int, n: int, marks: bytes, data: bytes) -> None:
    """Append one block."""
    out.write(_BLOCK.pack(seg, n, len(marks), len(data)))
    out.write(marks)
    out.write(data)


def blocks(file: Path) -> Iterator[Block]:
    """The blocks of a file, by their headers only; ValueError where the file is cut."""
    size = file.stat().st_size
    with file.open("rb") as source:
        place = 0
        while place < size:
            head = source.read(_BLOCK.size)
            if len(head) < _BLOCK.size:
                raise ValueError("cut block")
            seg, n, marks, length = _BLOCK.unpack(head)
            marks_at = place + _BLOCK.size
            place = marks_at + marks + length
            if place > size:
                raise ValueError("cut block")
            yield Block(str(file), seg, n, marks_at, marks_at + marks, place)
            source.seek(place)


def rows_file(log: Path, month: date) -> Path:
    """The file of one month."""
    return log / f"rows-{month:%Y-%m}.bin"


def month_of_file(file: Path) -> date:
    """The month of a rows file; ValueError for another name."""
    return date.fromisoformat(f"{file.stem.removeprefix('rows-')}-01")


def segment_line(segment: Segment) -> dict[str, Any]:
    """A segment for `segments.jsonl`."""
    return {
        "seg": segment.seg,
        "month": segment.month.isoformat(),
        "n": segment.n,
        "first": list(segment.first),
        "last": list(segment.last),
        "root": segment.root.hex(),
        "prev": segment.prev.hex(),
        "sealed_at": segment.sealed_at,
    }


def segment_of(line: dict[str, Any]) -> Segment:
    """The segment of a line; ValueError, TypeError or KeyError for another form."""
    first, last = line["first"], line["last"]
    return Segment(
        seg=line["seg"],
        month=date.fromisoformat(line["month"]),
        n=line["n"],
        first=(first[0], first[1]),
        last=(last[0], last[1]),
        root=bytes.fromhex(line["root"]),
        prev=bytes.fromhex(line["prev"]),
        sealed_at=line["sealed_at"],
    )


def lines(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a `.jsonl` file, one at a time; none when the file is absent."""
    if file.exists():
        with file.open(encoding="utf-8") as source:
            for text in source:
                yield json.loads(text)


def write_lines(file: Path, objects: Iterator[dict[str, Any]]) -> int:
    """Write a `.jsonl` file; how many lines."""
    count = 0
    with file.open("w", encoding="utf-8") as out:
        for item in objects:
            out.write(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return count
