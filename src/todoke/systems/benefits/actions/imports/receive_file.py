"""取込の受付: a file, with what a person says about it — kind, encoding, day, count on its delivery note."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.records.encodings import Encoding
from todoke.systems.benefits.flows import ImportState
from todoke.systems.benefits.models import FileImport, Source
from todoke.systems.benefits.queries.deciding import decision_lists
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.systems.benefits.queries.intake import import_forms
from todoke.systems.benefits.rules.imports.kinds import KINDS, ImportKind, Kind

ALIAS = "benefits"
_CHUNK = 1 << 22


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the person who hands the file in says about it; nothing of it is guessed.

    expected_rows: the count on the delivery note (送付票), None where there is none. tax_year: the newest of a
    tax file; programme: of a kind of which each 事業 has its own.
    """

    kind: ImportKind
    encoding: Encoding
    as_of: date
    expected_rows: int | None = None
    tax_year: str = ""
    programme: str = ""


def receive_file(*, file: Path, said: Said, by: Actor, name: str = "") -> FileImport:
    """Keep the file and begin its import. Errors: INPUT_MISSING; RECORD_INVALID for what cannot be so; ALREADY_DONE for
    the file in use; STATE_CONFLICT for an older edition, or while another import of the kind is open."""
    require(by, Permission.BENEFITS_IMPORT)
    _refuse_contradictions(said)
    if not file.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name)
    _sweep()
    kept, sha256 = _keep(file)
    try:
        with transaction.atomic(using=ALIAS):
            reads.alone(said.kind, said.programme)
            _refuse_known(said, sha256)
            row = _create(said, kept, sha256, name or file.name, by)
            subject = f"import {row.pk} {said.kind} {sha256[:16]}"
            record(ALIAS, by=by, verb=Permission.BENEFITS_IMPORT.value, subject=subject)
    except BaseException:
        kept.unlink(missing_ok=True)
        raise
    return row


def _refuse_contradictions(said: Said) -> None:
    kind = KINDS[said.kind]
    wrong = kind.wrong_programme(said.programme)
    if said.as_of > clock.today():
        wrong = "基準日（作成日）が今日より後です"
    elif said.tax_year and not kind.of_year:
        wrong = "課税年度は課税情報だけに指定します"
    elif said.tax_year and not (
        said.tax_year.isascii() and said.tax_year.isdigit() and len(said.tax_year) == 4
    ):
        wrong = "課税年度は西暦4桁です"
    if wrong:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=wrong)
    if said.programme:
        _refuse_programme(said, kind)


def _refuse_programme(said: Said, kind: Kind) -> None:
    """Forms need cases to belong to; a list of figures, a programme that reads it."""
    programme = editions.find(said.programme)
    if kind.adds:
        import_forms.need_cases(programme.code)
    elif decision_lists.figures_kind(programme) is not said.kind:
        detail = f"「{programme.name}」の判定は「{kind.title}」を使いません。事業を選び直してください"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)


def _keep(file: Path) -> tuple[Path, str]:
    """A private copy, with its SHA-256."""
    kept = reads.folder() / f"{secrets.token_hex(8)}.csv"
    digest = hashlib.sha256()
    kept.touch(mode=0o600)
    with file.open("rb") as source, kept.open("wb") as out:
        while piece := source.read(_CHUNK):
            digest.update(piece)
            out.write(piece)
    return kept, digest.hexdigest()


def _refuse_known(said: Said, sha256: str) -> None:
    waiting = reads.open_one(said.kind, said.programme)
    if waiting is not None:
        detail = f"{said.kind.label}の取込番号 {waiting.pk}（{ImportState(waiting.state).label}）を先に終えるか、取りやめてください"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
    newest = reads.taken(said.kind, said.programme).first()
    if not KINDS[said.kind].adds and newest is not None and said.as_of < newest.as_of:
        detail = f"使用中の版は {newest.as_of.isoformat()} 時点で、このファイル（{said.as_of.isoformat()} 時点）より新しいものです"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
    _refuse_twice(said, sha256)


def _refuse_twice(said: Said, sha256: str) -> None:
    same = reads.taken(said.kind, said.programme).filter(sha256=sha256).first()
    editions_ = Source.objects.using(ALIAS).filter(kind=said.kind, programme=said.programme)
    edition = editions_.filter(source_sha256=sha256).first()
    if same is None and edition is None:
        return
    number = f"取込番号 {same.pk}" if same else f"第{edition.edition}版" if edition else ""
    last = reads.taken(said.kind, said.programme).first()
    in_use = (
        reads.newest(said.kind, said.programme) == edition
        if edition
        else KINDS[said.kind].adds or same == last
    )
    if in_use:
        raise TodokeError(ErrorCode.ALREADY_DONE, detail=f"同じファイルは{number}で取込済み")
    if same is not None and said.kind in reads.REGISTERS and same.as_of != said.as_of:
        return  # nobody moved since: the same register may stand for a later day
    detail = f"このファイルは{number}で取り込んだ古い版で、より新しい版に置き換えられています"
    raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)


def _create(said: Said, kept: Path, sha256: str, name: str, by: Actor) -> FileImport:
    now = clock.now()
    return FileImport.objects.using(ALIAS).create(
        kind=said.kind,
        programme=said.programme,
        tax_year=said.tax_year,
        as_of=said.as_of,
        encoding=said.encoding,
        file_name=name[-120:],
        expected_rows=said.expected_rows,
        sha256=sha256,
        size=kept.stat().st_size,
        path=str(kept),
        state=ImportState.RECEIVED,
        state_at=now,
        state_by=by.staff_id,
        uploaded_by=by.staff_id,
        uploaded_at=now,
    )


def _sweep() -> None:
    """What a process that was killed has left behind: files below the folder that no import names."""
    named = {
        Path(path).name
        for row in FileImport.objects.using(ALIAS).values_list(
            "path", "table_path", "differences_path", "faults_path"
        )
        for path in row
        if path
    }
    day_ago = clock.now().timestamp() - 86_400
    for path in reads.folder().iterdir():
        if path.is_file() and path.name not in named and path.stat().st_mtime < day_ago:
            path.unlink(missing_ok=True)
