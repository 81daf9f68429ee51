"""ファイルの取込: the file that is due is converted, checked as a whole and handed to its handler, exactly once.

到着 → 検査済 → 取込中 → 取込済, or 拒否 with every bad row. What the handler writes and the note that the file is taken are
one transaction; the number that is due next moves with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from django.db import transaction
from django.db.models import F

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records.converting import canonical
from todoke.systems.linkage.flows import EXCHANGED_FILE, FILE_ENDS, FileState
from todoke.systems.linkage.models import ExchangedFile, FileFault, FileQueue
from todoke.systems.linkage.queries import file_places
from todoke.systems.linkage.rules import file_kinds
from todoke.systems.linkage.rules.file_kinds import Taken
from todoke.workflow.runner import move, of

ALIAS = "linkage"
_CONTENT = (ErrorCode.RECORD_INVALID, ErrorCode.NUMBER_INVALID)
"""Errors of a content; any other one is ours, and the file waits."""


def take_file(*, file: ExchangedFile, by: Actor, progress: Callable[[int], None] = lambda _: None) -> Taken:
    """Take or refuse the file that is due in its queue; one that is ended already says what became of it.

    Errors: STATE_CONFLICT when another number is due; whatever the handler raises but a refusal (then the file waits).
    """
    require(by, Permission.LINKAGE_FILE_RUN)
    file.refresh_from_db(using=ALIAS)
    if file.state in FILE_ENDS:
        return Taken(accepted=file.accepted, refused=file.records - file.accepted)
    if file.number != file.queue.next_number:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"次は第 {file.queue.next_number} 号の番です")
    try:
        return _taken(file, by, progress)
    except InputRefused as error:
        rows = [canonical.in_file(bad, file.queue.file_form) for bad in error.rows]
        return _refuse(file, "bad_rows", rows, by)
    except TodokeError as error:
        if error.code not in _CONTENT:
            raise
        return _refuse(file, "invalid", [], by)


def _taken(file: ExchangedFile, by: Actor, progress: Callable[[int], None]) -> Taken:
    if not file.size:
        return _refuse(file, "empty", [], by)
    if file.records > file.queue.record_limit:
        return _refuse(file, "over_limit", [], by)
    vault = file_places.vault()
    with vault.work() as folder:
        rows = folder / f"{file.queue.system_id}-{file.queue.kind}-{file.number:08d}.csv"
        try:
            count = _converted(file, folder, rows, progress)
        except InputRefused as error:  # places in the system's own file, unlike those of a handler
            return _refuse(file, "bad_rows", error.rows, by)
        if count != file.records:
            return _refuse(file, "count_differs", [], by)
        for state in (FileState.CHECKED, FileState.TAKING):
            if file.state in EXCHANGED_FILE.before(state):
                _move(file, state, by)
        return _handed_over(file, rows, by)


def _converted(file: ExchangedFile, folder: Path, rows: Path, progress: Callable[[int], None]) -> int:
    content = folder / f"content-{file.file_name}"
    file_places.vault().open(file.sealed, content)
    try:
        return canonical.read(content, rows, file.queue.file_form, progress=progress)
    finally:
        content.unlink()


def _handed_over(file: ExchangedFile, rows: Path, by: Actor) -> Taken:
    handler = file_kinds.kind(file.direction, file.queue.kind).handler
    assert handler is not None
    with transaction.atomic(using=ALIAS):
        _due(file)
        taken = handler(file=rows, by=by)
        _move(
            file,
            FileState.TAKEN,
            by,
            persons=file.records,
            accepted=taken.accepted,
            rejected=file.records - taken.accepted,
        )
        _next(file)
    return taken


def _refuse(file: ExchangedFile, reason: str, rows: Sequence[BadRow], by: Actor) -> Taken:
    with transaction.atomic(using=ALIAS):
        _due(file)
        FileFault.objects.using(ALIAS).bulk_create(
            (FileFault(file=file, row=bad.row, column=bad.column, rule=bad.rule) for bad in rows),
            batch_size=5_000,
        )
        _move(file, FileState.REFUSED, by, refusal=reason, bad_rows=len(rows))
        _next(file)
    return Taken(accepted=0, refused=file.records)


def _due(file: ExchangedFile) -> None:
    """Hold the queue until the transaction ends; its next number must still be this one."""
    queue = FileQueue.objects.using(ALIAS).select_for_update().get(pk=file.queue_id)
    if queue.next_number != file.number:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="このファイルは別の処理で済みました")


def _next(file: ExchangedFile) -> None:
    FileQueue.objects.using(ALIAS).filter(pk=file.queue_id).update(next_number=F("next_number") + 1)


def _move(file: ExchangedFile, to: FileState, by: Actor, *, persons: int = 0, **also: object) -> None:
    subject = f"{file.queue.name} {file.number} {to.value} {also.get('refusal', '')}".strip()
    rows = of(EXCHANGED_FILE, [file.pk])
    move(ALIAS, EXCHANGED_FILE, rows, to=to, by=by, subject=subject, persons=persons, also=also)
    file.state = to
