"""副本登録用ファイルの受付: a file of masters, checked whole, put aside encrypted until it is sent (PIA III.6 リスク2)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import snapshots
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.kernel import clock
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.oplog.entry import Outcome
from todoke.oplog.record import record, record_refusal
from todoke.records.csv_input import read_checked
from todoke.records.layouts.replica_masters_v2021 import DELETE, MASTERS
from todoke.records.ragged import Texts, pc
from todoke.systems.linkage import codecs
from todoke.systems.linkage.flows import PieceState, ReplicaFileState
from todoke.systems.linkage.models import ReplicaFile, ReplicaPiece
from todoke.systems.linkage.models.local_number import RESIDENTS
from todoke.systems.linkage.models.replica_file import FileKind
from todoke.systems.linkage.queries import replicas as reads

ALIAS = "linkage"
VERB = "linkage:replica:receive"
_ITEMS = [name for name in MASTERS.names if name not in MASTERS.names[:4]]
_PERSONS = (
    "SELECT local_number, person_id FROM linkage_localnumber WHERE system = %s AND local_number = ANY(%s)"
)
_UNKNOWN = "この番号の人は統合番号連携システムに登録されていません"
_TWICE = "同じ人の同じ年度の行が前にあります（番号が違っても同じ人です）"


def receive_masters(*, file: Path, by: Actor, system: str = RESIDENTS) -> ReplicaFile:
    """Take in a file of the tax system's masters; it waits for `send_replicas`.

    Errors: INPUT_MISSING; InputRefused with every bad row (layout, unknown numbers, a person twice); ALREADY_DONE
    for a file that came in before. A refusal leaves a row and an entry of the log.
    """
    require(by, Permission.LINKAGE_REPLICA_OPERATE)
    try:
        rows = _read(file, system)
    except InputRefused as refusal:
        _note_refusal(file, system, refusal, by)
        raise
    return _keep(
        rows, file=file.name, sha256=snapshots.file_sha256(file), kind=FileKind.FILE, system=system, by=by
    )


def receive_repair(
    *,
    file: Path,
    wanted: Collection[tuple[str, int]],
    withdrawn: Collection[tuple[str, int]],
    by: Actor,
    system: str = RESIDENTS,
) -> tuple[ReplicaFile | None, set[tuple[str, int]]]:
    """Of a file of masters, take in exactly the (統合番号, 年度) `wanted`, and delete those `withdrawn`.

    Returns the file that now waits (None when nothing was found) and what it holds.
    """
    require(by, Permission.LINKAGE_REPLICA_OPERATE)
    rows = _read(file, system)
    keys = [f"{person} {year}" for person, year in wanted]
    labels = pc.binary_join_element_wise(
        rows["integrated_number"], rows["fiscal_year"].cast(pa.string()), " "
    )
    rows = rows.filter(pc.is_in(labels, value_set=pa.array(keys, pa.string())))
    pairs: list[list[Any]] = [rows[name].to_pylist() for name in ("integrated_number", "fiscal_year")]
    there: set[tuple[str, int]] = set(zip(*pairs, strict=True))
    gone = sorted(set(withdrawn) - there)
    rows = pa.concat_tables([rows, _deletions(gone, rows.schema)])
    if not rows.num_rows:
        return None, set()
    digest = snapshots.file_sha256(file)
    kept = _keep(rows, file=file.name, sha256=digest, kind=FileKind.REPAIR, system=system, by=by)
    return kept, there | set(gone)


def receive_row(*, row: pa.Table, name: str, by: Actor) -> ReplicaFile:
    """One confirmed correction, on the same road as a file from here on."""
    require(by, Permission.LINKAGE_REPLICA_CONFIRM)
    digest = hashlib.sha256(name.encode()).hexdigest()
    return _keep(row, file=name, sha256=digest, kind=FileKind.SCREEN, system="", by=by)


def _read(file: Path, system: str) -> pa.Table:
    """The checked rows, typed, with 統合番号: empty cells null, `deleted` from 区分."""
    text = read_checked(file, MASTERS)
    found = _persons(file.name, text, system)
    columns = {
        "integrated_number": found,
        "fiscal_year": text["fiscal_year"].cast(pa.int16()),
        "auto_reply_prohibited": pc.equal(text["auto_reply_prohibited"], "1"),
        "deleted": pc.equal(text["change"], DELETE),
    }
    for name in _ITEMS:
        column = text[name]
        columns[name] = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
    return pa.table(columns)


def _persons(file: str, text: pa.Table, system: str) -> Texts:
    """統合番号 of every row, set-based. InputRefused for unknown numbers, and for two numbers of one person."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_PERSONS, [system, text["local_number"].to_pylist()])
        known = dict(cursor.fetchall())
    numbers = [known.get(number) for number in text["local_number"].to_pylist()]
    seen: set[tuple[str | None, str | None]] = set()
    bad = []
    for line, (person, year) in enumerate(zip(numbers, text["fiscal_year"].to_pylist(), strict=True), 2):
        rule = _UNKNOWN if person is None else _TWICE if (person, year) in seen else ""
        if rule:
            bad.append(BadRow(file=file, row=line, column="local_number", shown="", rule=rule))
        elif person is not None:
            seen.add((person, year))
    if bad:
        raise InputRefused(file, bad)
    return pa.array(numbers, pa.string())


def _deletions(gone: list[tuple[str, int]], schema: pa.Schema) -> pa.Table:
    known = {
        "integrated_number": pa.array([person for person, _ in gone], pa.string()),
        "fiscal_year": pa.array([year for _, year in gone], pa.int16()),
        "auto_reply_prohibited": pa.array([False] * len(gone), pa.bool_()),
        "deleted": pa.array([True] * len(gone), pa.bool_()),
    }
    blank = pa.nulls(len(gone), pa.string())
    return pa.table({name: known.get(name, blank) for name in schema.names}, schema=schema)


def _keep(rows: pa.Table, *, file: str, sha256: str, kind: FileKind, system: str, by: Actor) -> ReplicaFile:
    """The row of the file, its pieces and their sealed temporary files, in one transaction."""
    now = clock.now()
    with transaction.atomic(using=ALIAS):
        reads.one_receipt_at_a_time()
        _refuse_repeat(sha256, kind)
        reads.remove_strays()
        key, wrapped = codecs.new_piece_key()
        kept = ReplicaFile.objects.using(ALIAS).create(
            kind=kind, name=file, system=system, sha256=sha256, rows=rows.num_rows, state=ReplicaFileState.WAITING,
            wrapped_key=wrapped, received_at=now, received_by=by.staff_id,
        )  # fmt: skip
        pieces = [
            _piece(kept, number, year, piece, key) for number, (year, piece) in enumerate(_pieces(rows), 1)
        ]
        ReplicaPiece.objects.using(ALIAS).bulk_create(pieces)
        subject = f"{kind.value} {kept.pk} sha256 {sha256[:16]}"
        record(ALIAS, by=by, verb=VERB, subject=subject, persons=rows.num_rows)
    return kept


def _refuse_repeat(sha256: str, kind: FileKind) -> None:
    same = (
        ReplicaFile.objects.using(ALIAS)
        .filter(kind=kind, sha256=sha256)
        .exclude(state=ReplicaFileState.REFUSED)
    )
    if kind is not FileKind.REPAIR and same.exists():
        raise TodokeError(ErrorCode.ALREADY_DONE, detail="同じ内容のファイルを前に受け付けています")


def _pieces(rows: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """(年度, rows) in the order of the file; a 年度 that has begun is not mixed with another."""
    years = rows["fiscal_year"].to_numpy()
    for year in np.unique(years):
        mine = rows.filter(pc.equal(rows["fiscal_year"], pa.scalar(int(year), pa.int16())))
        for start in range(0, mine.num_rows, RECORD_LIMIT):
            yield int(year), mine.slice(start, RECORD_LIMIT).drop_columns(["fiscal_year"])


def _piece(file: ReplicaFile, number: int, year: int, rows: pa.Table, key: bytes) -> ReplicaPiece:
    name = f"replicas {file.pk}.{number}"
    sealed = codecs.seal_rows(rows, key, name)
    _write(reads.piece_path(file.pk, number), sealed)
    return ReplicaPiece(
        file=file, number=number, fiscal_year=year, rows=rows.num_rows, message_key=name, state=PieceState.WAITING,
        sealed_sha256=hashlib.sha256(sealed).hexdigest(),
    )  # fmt: skip


def _write(path: Path, content: bytes) -> None:
    """A file that only we may read from its first byte on, safely on the disk before the row says so."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _note_refusal(file: Path, system: str, refusal: InputRefused, by: Actor) -> None:
    now = clock.now()
    ReplicaFile.objects.using(ALIAS).create(
        kind=FileKind.FILE, name=file.name, system=system, sha256=snapshots.file_sha256(file), rows=0,
        bad_rows=len({row.row for row in refusal.rows}), state=ReplicaFileState.REFUSED, received_at=now,
        received_by=by.staff_id, settled_at=now,
    )  # fmt: skip
    record_refusal(ALIAS, by=by, verb=VERB, subject=f"{len(refusal.rows)}", outcome=Outcome.REFUSED)
