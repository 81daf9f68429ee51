"""送るファイルの作成: rows for an existing system, cut to its limit, in its layout and character set, sealed and numbered."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from django.db import transaction
from django.db.models import F
from pyarrow import csv

from todoke.access.permissions import Actor, Permission, require
from todoke.exchange.files.vault import Vault
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.records.converting import canonical
from todoke.systems.linkage.flows import FileState
from todoke.systems.linkage.models import ExchangedFile, FileQueue
from todoke.systems.linkage.models.file_queue import OverLimit
from todoke.systems.linkage.queries import file_places
from todoke.systems.linkage.rules import file_order

ALIAS = "linkage"


def make_files(
    *,
    queue: FileQueue,
    rows: pa.Table,
    by: Actor,
    note: Callable[[ExchangedFile, int, int], None] = lambda file, begin, count: None,
) -> list[ExchangedFile]:
    """One file, or several in order where the queue cuts; all of them or none. `note` hears which rows went into which,
    in the same transaction.

    Errors: InputRefused with every bad row, RECORD_INVALID over the limit of a queue that does not cut.
    """
    require(by, Permission.LINKAGE_FILE_RUN)
    if rows.num_rows > queue.record_limit and queue.over_limit != OverLimit.CUT:
        detail = f"{rows.num_rows:,} 件は一回の上限 {queue.record_limit:,} 件を超えます"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
    vault, made = file_places.vault(), []
    with transaction.atomic(using=ALIAS):
        held = FileQueue.objects.using(ALIAS).select_for_update().get(pk=queue.pk)
        for place, (begin, count) in enumerate(file_order.cuts(rows.num_rows, held.record_limit)):
            file = _made(held, held.next_number + place, rows.slice(begin, count), vault, by)
            note(file, begin, count)
            made.append(file)
        FileQueue.objects.using(ALIAS).filter(pk=held.pk).update(next_number=F("next_number") + len(made))
    return made


def _made(queue: FileQueue, number: int, rows: pa.Table, vault: Vault, by: Actor) -> ExchangedFile:
    name = file_order.file_name(queue.system_id, queue.kind, number, queue.form)
    with vault.work() as folder:
        content = folder / name
        _write(rows, folder / "rows.csv")
        canonical.write(folder / "rows.csv", content, queue.file_form)
        return seal_file(queue=queue, number=number, content=content, records=rows.num_rows, by=by)


def _write(rows: pa.Table, path: Path) -> None:
    csv.write_csv(rows, path, csv.WriteOptions(quoting_style="needed"))


def seal_file(
    *,
    queue: FileQueue,
    number: int,
    content: Path,
    records: int,
    by: Actor,
    repeats: ExchangedFile | None = None,
) -> ExchangedFile:
    """A file as the system gets it, sealed under its number; in the caller's transaction, which holds the queue."""
    require(by, Permission.LINKAGE_FILE_RUN)
    sealed = f"{queue.pk}-{number}-{secrets.token_hex(6)}.age"
    with content.open("rb") as source:
        digest = file_places.vault().take_in(sealed, source)
    now = clock.now()
    file = ExchangedFile.objects.using(ALIAS).create(
        queue=queue,
        direction=queue.direction,
        number=number,
        in_order=True,
        file_name=file_order.file_name(queue.system_id, queue.kind, number, queue.form),
        sha256=digest.sha256,
        size=digest.size,
        records=records,
        repeats=repeats,
        sealed=sealed,
        arrived_at=now,
        state=FileState.MADE,
        state_at=now,
        state_by=by.staff_id,
    )
    subject = f"{queue.name} {file.file_name} sha256:{digest.sha256}"
    record(ALIAS, by=by, verb="linkage:file:make", subject=subject, persons=records)
    return file
