"""取込: the confirmed file becomes the edition in use, all of it in one commit; the one before stays as history."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from todoke.access.acting import acting_as
from todoke.access.permissions import Actor, Permission, one_of, require
from todoke.engine import snapshots
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import needs
from todoke.systems.benefits.actions.intake.receive_forms import receive_table
from todoke.systems.benefits.actions.registers.shielding import Shielding
from todoke.systems.benefits.actions.registers.take_register import take_register
from todoke.systems.benefits.flows import IMPORT, ImportState
from todoke.systems.benefits.models import FileImport, Source
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.imports.kinds import KINDS, ImportKind
from todoke.workflow.runner import move, of

ALIAS = "benefits"
_TAKERS = (
    Permission.BENEFITS_IMPORT,
    Permission.BENEFITS_IMPORT_CONFIRM,
    Permission.BENEFITS_IMPORT_CONTINUE,
)
"""Whoever confirms an import as its second person ends it, too; one that was stopped, the house."""


def take_file(*, import_id: int, by: Actor) -> FileImport:
    """The import, taken; taken already, nothing happens. Killed anywhere, either the old edition is in use or the new one.

    Errors: STATE_CONFLICT while a confirmation lacks, or when another edition has come into use since the comparison;
    INPUT_CHANGED when the sealed rows are not what was confirmed.
    """
    require(by, one_of(by, *_TAKERS))
    row = reads.one(import_id)
    if row.state == ImportState.TAKEN:
        return row
    _need_confirmation(row)
    kind = ImportKind(row.kind)
    sealed = snapshots.check(Path(row.table_path), row.table_sha256)
    if kind in reads.REGISTERS:
        _into_register(row, sealed, by)
    with transaction.atomic(using=ALIAS):
        reads.alone(kind, row.programme)
        if KINDS[kind].adds:
            receive_table(
                programme=programmes.find(row.programme),
                forms=pq.read_table(sealed),
                sha256=row.sha256,
                by=by,
            )
        elif kind in reads.REGISTERS:
            take_register(kind=reads.REGISTERS[kind], by=by)
        else:
            _new_edition(row, sealed, by)
        subject = f"import {row.pk} {kind} {row.table_sha256[:16]}"
        move(
            ALIAS, IMPORT, of(IMPORT, [row.pk]), to=ImportState.TAKEN, by=by, subject=subject,
            persons=row.rows, also={"path": ""},
        )  # fmt: skip
    Path(row.path).unlink(missing_ok=True)
    sealed.unlink(missing_ok=True)  # an edition has its own name for the same bytes
    return reads.one(import_id)


def _need_confirmation(row: FileImport) -> None:
    if row.state == ImportState.CONFIRMED or (row.state == ImportState.PROPOSED and not row.needs_second):
        return
    waiting = row.state == ImportState.PROPOSED
    detail = (
        "二人目の確認が済んでいません"
        if waiting
        else f"取込番号 {row.pk} は{ImportState(row.state).label}です"
    )
    raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)


def _refuse_stale(row: FileImport) -> None:
    known = reads.in_use(ImportKind(row.kind), row.programme)
    if (known[0] if known else "") != row.before_sha256:
        detail = "検査の後に別の版が使用中になりました。取りやめて、ファイルを取り込み直してください"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)


def _new_edition(row: FileImport, sealed: Path, by: Actor) -> None:
    _refuse_stale(row)
    # a process that died before has left the same bytes under the same name
    name = "-".join(filter(None, (row.kind, row.programme)))
    seal = snapshots.share(sealed, row.table_sha256, Path(settings.TODOKE_DATA_FOLDER) / "benefits", name)
    last = reads.newest(ImportKind(row.kind), row.programme)
    source = Source.objects.using(ALIAS).create(
        edition=last.edition + 1 if last else 1,
        kind=row.kind,
        programme=row.programme,
        sha256=row.table_sha256,
        source_sha256=row.sha256,
        path=str(seal.path),
        rows=row.rows,
        imported_at=clock.now(),
        imported_by=by.staff_id,
    )
    if row.kind == ImportKind.SPECIAL_PERSONS:
        Shielding.take_list(source, seal.path)


def _into_register(row: FileImport, sealed: Path, by: Actor) -> None:
    """住民記録システム takes the register, in its own database and once per content and day; asked twice, it says the same."""
    kind = reads.REGISTERS[ImportKind(row.kind)]
    known = needs.newest_register(kind)
    if known is None or (known.sha256, known.as_of) != (row.table_sha256, row.as_of):
        _refuse_stale(row)
    with acting_as(by):  # the register asks again who acts
        needs.take_register(
            kind=kind,
            sealed=sealed,
            sha256=row.table_sha256,
            source_sha256=row.sha256,
            as_of=row.as_of,
            by=by.staff_id,
        )
