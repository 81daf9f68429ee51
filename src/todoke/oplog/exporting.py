"""記録の書き出し (export): a realm's logs as an archive (`oplog.archive`), each from one snapshot of its database.

PostgreSQL itself puts each row into its byte form; the verifier, which knows the form from `oplog.entry`, would
find any difference.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from django.db import connections, transaction

from todoke.kernel import clock
from todoke.oplog import archive, sealing
from todoke.oplog.entry import TEXTS, microseconds
from todoke.oplog.retention import read_deletions, read_erasures
from todoke.oplog.segments import Segment

_TEXT_FORM = " || ".join(
    f"int4send(octet_length(convert_to({name}, 'UTF8'))) || convert_to({name}, 'UTF8')" for name in TEXTS
)
_OPTIONAL = (
    r"CASE WHEN {0} IS NULL THEN '\x00'::bytea ELSE '\x01'::bytea || int4send(octet_length({0})) || {0} END"
)
_PERSONAL_FORM = " || ".join(_OPTIONAL.format(name) for name in ("object_index", "detail"))
_ROW_FORM: Final = rf"""
SELECT int4send(octet_length(body)) || body FROM (
    SELECT int8send(xid::text::bigint) || int8send(id) || leaf || CASE
            WHEN salt IS NOT NULL THEN '\x01'::bytea || salt || int4send(octet_length({_PERSONAL_FORM})) || {_PERSONAL_FORM}
            WHEN commitment IS NOT NULL THEN '\x02'::bytea || commitment
            ELSE '\x00'::bytea END
        || '\x01'::bytea || int8send((extract(epoch FROM at) * 1000000)::bigint) || int8send(persons)
        || CASE WHEN salt IS NULL AND commitment IS NULL THEN '\x00'::bytea ELSE '\x01'::bytea END
        || {_TEXT_FORM} AS body
    FROM oplog_operation WHERE at >= '{{0}}'::timestamp AT TIME ZONE 'Asia/Tokyo'
        AND at < ('{{0}}'::timestamp + interval '1 month') AT TIME ZONE 'Asia/Tokyo'
    ORDER BY xid, id
) AS rows"""
_MONTHS = """
SELECT to_date(right(inhrelid::regclass::text, 7), 'YYYY_MM') FROM pg_inherits
WHERE inhparent = 'oplog_operation'::regclass ORDER BY 1
"""


def export(
    folder: Path, *, instance: str, realm: str, aliases: Sequence[str], keys: Mapping[str, str],
    progress: Callable[[str, int], None] = lambda _alias, _rows: None,
) -> dict[str, int]:  # fmt: skip
    """Write the archive of `aliases` into an empty folder; rows by log. `keys`: key name → public key, hex."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    with (folder / "witnessed.jsonl").open("w", encoding="utf-8") as seen:
        for alias in aliases:
            counts[alias] = _export_log(folder / alias, alias, progress)
            for line in witnessed(alias):
                seen.write(json.dumps(line, ensure_ascii=False) + "\n")
    _gather_cosignatures(folder, aliases)
    manifest = {
        "format": archive.FORMAT,
        "instance": instance,
        "realm": realm,
        "logs": list(aliases),
        "exported_at": microseconds(clock.now()),
        "keys": dict(keys),
    }
    # last: a folder without a manifest is an export that was interrupted
    (folder / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    return counts


def _export_log(log: Path, alias: str, progress: Callable[[str, int], None]) -> int:
    log.mkdir()
    written = 0
    with transaction.atomic(using=alias):
        _execute(alias, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        segments = sealing.read_segments(alias)
        archive.write_lines(log / "segments.jsonl", map(archive.segment_line, segments))
        notes = _execute(alias, "SELECT size, note FROM oplog_checkpoint ORDER BY size")
        archive.write_lines(log / "checkpoints.jsonl", ({"size": size, "note": note} for size, note in notes))
        archive.write_lines(log / "deletions.jsonl", (one.line() for one in read_deletions(alias)))
        archive.write_lines(log / "erasures.jsonl", (one.line() for one in read_erasures(alias)))
        for (month,) in _execute(alias, _MONTHS):
            mine = [segment for segment in segments if segment.month == month]
            written += _export_month(log, alias, month, mine)
            progress(alias, written)
    return written


def _export_month(log: Path, alias: str, month: date, segments: list[Segment]) -> int:
    """The month's rows, each in the block of the segment whose end is not yet passed."""
    marks = {seg: bytes(found) for seg, found in _execute(alias, _MARKS, [month])}
    file = archive.rows_file(log, month)
    total, waiting = 0, iter(segments)
    segment = next(waiting, None)
    data: list[bytes] = []
    with file.open("wb") as out:

        def close() -> None:
            if data:
                seg = segment.seg if segment else archive.UNSEALED
                archive.write_block(out, seg, len(data), marks.get(seg, b""), b"".join(data))
                data.clear()

        for row in _stream(alias, month):
            place = (int.from_bytes(row[4:12], "big"), int.from_bytes(row[12:20], "big"))
            while segment is not None and place > segment.last:
                close()
                segment = next(waiting, None)
            if segment is None and len(data) >= archive.MOST_ROWS:
                close()
            data.append(row)
            total += 1
        close()
    if total == 0:
        file.unlink()
    return total


_MARKS = "SELECT seg, marks FROM oplog_mark JOIN oplog_segment USING (seg) WHERE month = %s"


def _stream(alias: str, month: date) -> Iterator[bytes]:
    statement = f"COPY ({_ROW_FORM.format(month.isoformat())}) TO STDOUT (FORMAT BINARY)"
    with connections[alias].cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["bytea"])
        for (row,) in copy.rows():
            yield row


def witnessed(alias: str) -> Iterator[dict[str, Any]]:
    """What a database keeps of other realms' checkpoints."""
    found = _execute(
        alias, "SELECT origin, size, note, cosignature FROM oplog_witnessed ORDER BY origin, size"
    )
    for origin, size, note, cosignature in found:
        yield {"origin": origin, "size": size, "note": note, "cosignature": cosignature}


def _gather_cosignatures(folder: Path, aliases: Sequence[str]) -> None:
    """Co-signatures lie where the answer came in; each belongs to the log that its checkpoint names."""
    found: dict[str, list[dict[str, Any]]] = {alias: [] for alias in aliases}
    for alias in aliases:
        for origin, witness, size, note, cosignature in _execute(alias, _COSIGNATURES):
            log = origin.rpartition("/")[2]
            if log in found:
                found[log].append(
                    {"witness": witness, "size": size, "note": note, "cosignature": cosignature}
                )
    for alias, rows in found.items():
        archive.write_lines(folder / alias / "cosignatures.jsonl", iter(rows))


_COSIGNATURES = (
    "SELECT origin, witness, size, note, cosignature FROM oplog_cosignature ORDER BY origin, witness, size"
)


def _execute(alias: str, statement: str, parameters: list[Any] | None = None) -> list[Any]:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
