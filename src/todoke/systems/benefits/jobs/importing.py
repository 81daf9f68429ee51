"""ファイルの取込 as steps of a run: checked once, taken once, each alone and resumable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from todoke.access.permissions import Actor
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, StepReport, run_step
from todoke.engine import snapshots
from todoke.kernel import clock
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records.encodings import Encoding
from todoke.systems.benefits.actions.imports.cancel_file import cancel_file
from todoke.systems.benefits.actions.imports.check_file import check_file
from todoke.systems.benefits.actions.imports.propose_file import propose_file
from todoke.systems.benefits.actions.imports.receive_file import Said, receive_file
from todoke.systems.benefits.actions.imports.take_file import take_file
from todoke.systems.benefits.flows import ImportState
from todoke.systems.benefits.models import FileImport
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.systems.benefits.queries.imports import stopped
from todoke.systems.benefits.rules.imports.kinds import ImportKind

ALIAS = "benefits"


def check(import_id: int, *, by: Actor) -> StepReport:
    """検査 of a received file: once. Refused: bad rows of a file that is refused whole (InputRefused is for `taken_in`)."""

    def work(meter: Meter) -> Counts:
        row = reads.one(import_id)
        if row.state == ImportState.RECEIVED:
            row = check_file(import_id=import_id, by=by)
        meter.total(row.rows)
        meter.advance(row.rows)
        differing = {"added": row.added, "changed": row.changed, "same": row.same, "removed": row.removed}
        taken = row.rows + row.faults
        return Counts(taken=taken, accepted=row.rows, refused=row.faults, totals=differing)

    return _step(ImportState.CHECKED, import_id, by, work, "取込の検査")


def take(import_id: int, *, by: Actor) -> StepReport:
    """取込 of a confirmed file: once."""

    def work(_: Meter) -> Counts:
        row = take_file(import_id=import_id, by=by)
        return Counts(taken=row.rows, accepted=row.rows)

    return _step(ImportState.TAKEN, import_id, by, work, "取込")


def carry_on(import_id: int, *, by: Actor) -> FileImport:
    """Whatever the house can do next without another person: check, or take. Returns the import as it then stands."""
    following = reads.next_step(reads.one(import_id))
    if following is ImportState.CHECKED:
        check(import_id, by=by)
    elif following is ImportState.TAKEN:
        take(import_id, by=by)
    return reads.one(import_id)


def load(tax: Path, assistance: Path, *, by: Actor) -> list[StepReport]:
    """課税情報 and 付帯状況 through all five steps: both or neither, once per content of the two files.

    Raises InputRefused with every bad row; STATE_CONFLICT when a newer edition is in use, or when so much changes that
    a second person has to confirm it: confirmed by then, the same call ends the work.
    """
    files = {ImportKind.TAX: tax, ImportKind.ASSISTANCE: assistance}
    for file in files.values():
        if not file.is_file():
            raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name)
    digests = {kind: snapshots.file_sha256(file) for kind, file in files.items()}

    def work(_: Meter) -> Counts:
        wanted = {kind: file for kind, file in files.items() if not _in_use(kind, digests[kind])}
        begun = [_begun(kind, file, digests[kind], by) for kind, file in wanted.items()]
        _refuse_all([carry_on(number, by=by) for number in begun], by)
        _finish([reads.one(number) for number in begun], by)
        rows = {kind.value: _rows_in_use(kind) for kind in files}
        return Counts(taken=sum(rows.values()), accepted=sum(rows.values()), totals=rows)

    key = "/".join(digest[:32] for digest in digests.values())
    report = run_step(ALIAS, "benefits.load", key=key, by=by.staff_id, work=work, title="税・付帯状況の取込")
    for kind, file in files.items():
        if not _in_use(kind, digests[kind]):
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"より新しい {file.name} が取り込まれています")
    return [report]


def _begun(kind: ImportKind, file: Path, sha256: str, by: Actor) -> int:
    """The open import of that very file, or a new one."""
    waiting = reads.open_one(kind, "")
    if waiting is not None and waiting.sha256 == sha256:
        return waiting.pk
    said = Said(kind=kind, encoding=Encoding.UTF8, as_of=clock.today())
    return receive_file(file=file, said=said, by=by).pk


def _refuse_all(rows: Sequence[FileImport], by: Actor) -> None:
    """InputRefused for the first refused one; the others are not taken either."""
    bad = next((row for row in rows if row.state == ImportState.REFUSED), None)
    if bad is None:
        return
    for row in rows:
        if row.state != ImportState.REFUSED:
            cancel_file(import_id=row.pk, reason=f"一緒に渡された {bad.file_name} に誤りがあるため", by=by)
    _, faults = reads.faults(bad, limit=bad.faults)
    raise InputRefused(bad.file_name, [BadRow(file=bad.file_name, **fault) for fault in faults])


def _finish(rows: Sequence[FileImport], by: Actor) -> None:
    for row in rows:
        if row.state == ImportState.CHECKED:
            propose_file(import_id=row.pk, by=by)
    waiting = [row for row in (carry_on(row.pk, by=by) for row in rows) if row.state != ImportState.TAKEN]
    if waiting:
        numbers = "、".join(
            f"{row.pk}（{ImportKind(row.kind).label}、変更 {row.counted:,} 件）" for row in waiting
        )
        detail = f"変更が多いため二人目の確認が要ります。取込番号 {numbers}"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)


def _in_use(kind: ImportKind, sha256: str) -> bool:
    newest = reads.newest(kind)
    return newest is not None and newest.source_sha256 == sha256


def _rows_in_use(kind: ImportKind) -> int:
    newest = reads.newest(kind)
    return newest.rows if newest else 0


def _step(
    to: ImportState, import_id: int, by: Actor, work: Callable[[Meter], Counts], title: str
) -> StepReport:
    return run_step(ALIAS, stopped.step_name(to), key=str(import_id), by=by.staff_id, work=work, title=title)
