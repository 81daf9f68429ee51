"""取込の検査: columns and encoding, rows, seal, differences and totals — or refused whole, with every bad row."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, one_of, require
from todoke.engine import snapshots
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.records.encodings import WHOLE, Encoding
from todoke.systems.benefits.flows import IMPORT, ImportState
from todoke.systems.benefits.models import FileImport, ImportTotal
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.systems.benefits.queries.intake import import_forms
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.imports import differences, reading
from todoke.systems.benefits.rules.imports.kinds import (
    KINDS,
    ImportKind,
    needs_second,
    strangers_too_many,
)
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def check_file(*, import_id: int, by: Actor) -> FileImport:
    """The import, checked or refused. Killed in the middle it stands where it stood, and is checked again.

    Errors: STATE_CONFLICT unless it was received; INPUT_MISSING, INPUT_CHANGED for a file that is no longer what came.
    """
    require(by, one_of(by, Permission.BENEFITS_IMPORT, Permission.BENEFITS_IMPORT_CONTINUE))
    row = reads.one(import_id)
    if row.state != ImportState.RECEIVED:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"取込番号 {import_id} は検査が済んでいます")
    path = snapshots.check(Path(row.path), row.sha256)
    try:
        found = _found(row, path)
    except InputRefused as refused:
        _refuse(row, refused, by)
    else:
        _keep(row, found, by)
    return reads.one(import_id)


def _stage(row: FileImport, number: int) -> None:
    """What the page shows as progress: 1 columns and rows, 2 seal, 3 differences, 4 totals."""
    FileImport.objects.using(ALIAS).filter(pk=row.pk).update(stage=number)


def _found(row: FileImport, path: Path) -> dict[str, Any]:
    """What the file holds: columns of the import, and `totals`. InputRefused."""
    kind = ImportKind(row.kind)
    _stage(row, 1)
    table = reading.read(
        row.file_name, path.read_bytes(), kind, Encoding(row.encoding), expected_rows=row.expected_rows
    )
    reading.refuse_other_place_or_day(
        row.file_name,
        table,
        kind,
        as_of=row.as_of,
        tax_year=row.tax_year,
        municipality=settings.TODOKE_MUNICIPALITY,
    )
    _stage(row, 2)
    sealed = reading.forms(table, kind) if KINDS[kind].adds else reading.typed(table, kind)
    del table
    seal = snapshots.write(sealed, reads.folder(), f"import-{row.pk}")
    found = {"rows": seal.rows, "table_path": str(seal.path), "table_sha256": seal.sha256}
    if KINDS[kind].adds:
        return found | _of_forms(row, sealed, seal.path)
    del sealed
    return found | _of_edition(row, kind, seal.path)


def _of_edition(row: FileImport, kind: ImportKind, path: Path) -> dict[str, Any]:
    known = reads.in_use(kind, row.programme)
    before = reads.edition(*known) if known else None
    _refuse_strangers(row, kind, path)
    _stage(row, 3)
    out = path.with_name(f"import-{row.pk}-differences.parquet")
    found = differences.compare(kind, before=before, after=path, out=out)
    _stage(row, 4)
    old = _totals(kind, before, row) if before else {}
    new = _totals(kind, path, row, tax=path if kind is ImportKind.TAX else None)
    before_rows = differences.rows_of(before) if before else 0
    return {
        **vars(found),
        "before_sha256": known[0] if known else "",
        "before_rows": before_rows,
        "differences_path": str(out),
        **_share(kind, found.counted if known else 0, before_rows),
        "totals": [(name, value, old.get(name)) for name, value in new.items()],
    }


def _refuse_strangers(row: FileImport, kind: ImportKind, path: Path) -> None:
    """A file of people whom this city does not know is another municipality's."""
    register = reads.in_use(ImportKind.REGISTER_LATEST)
    if kind in reads.REGISTERS or register is None or not KINDS[kind].of_persons:
        return
    rows = differences.rows_of(path)
    unknown = differences.strangers(path, reads.edition(*register))
    if strangers_too_many(strangers=unknown, rows=rows):
        rule = (
            f"{rows:,} 件のうち {unknown:,} 件は、住民記録にない住基個人コードです。別の市区町村のファイルか、"
            "番号の桁が失われたファイルでないか確かめてください"
        )
        bad = BadRow(file=row.file_name, row=1, column=WHOLE, shown="", rule=rule)
        raise InputRefused(row.file_name, [bad])


def _totals(kind: ImportKind, path: Path, row: FileImport, tax: Path | None = None) -> Mapping[str, int]:
    found = differences.totals(kind, path)
    if kind in reads.REGISTERS:
        found |= {f"{ward} 区": count for ward, count in differences.by_ward(path).items()}
    elif KINDS[kind].of_persons:
        register = reads.in_use(ImportKind.REGISTER_LATEST)
        if register is not None:
            found["住民記録にない行"] = differences.strangers(path, Path(register[1]))
    if kind is ImportKind.TAX:
        programme = _programme_of(row.tax_year)
        lacking = reads.unanswered(programme, tax=path) if programme else None
        if lacking is not None:
            found["課税の答えがない人"] = lacking
    return found


def _programme_of(tax_year: str) -> str | None:
    """The first programme that asks for that year's tax; of a file of several years, the first of all."""
    fitting = [one for one in programmes.every() if not tax_year or str(one.tax_year) == tax_year]
    return fitting[0].code if fitting else None


def _of_forms(row: FileImport, forms: pa.Table, path: Path) -> dict[str, Any]:
    """Forms are added: what counts is how many are received already or belong to no case."""
    kind = ImportKind(row.kind)
    _stage(row, 3)
    known = import_forms.standing(row.programme, forms)
    out = path.with_name(f"import-{row.pk}-differences.parquet")
    import_forms.write(known, out)
    _stage(row, 4)
    odd = known.duplicates + known.no_case
    return {
        "added": known.new,
        "same": known.duplicates,
        "unmatched": known.no_case,
        "differences_path": str(out),
        **_share(kind, odd, forms.num_rows),
        "totals": [(name, value, None) for name, value in differences.totals(kind, path).items()],
    }


def _share(kind: ImportKind, counted: int, of_rows: int) -> dict[str, Any]:
    percent = reads.limit(kind)
    return {
        "counted": counted,
        "counted_of": of_rows,
        "limit_percent": percent,
        "needs_second": needs_second(counted=counted, of=of_rows, percent=percent),
    }


def _keep(row: FileImport, found: dict[str, Any], by: Actor) -> None:
    totals = found.pop("totals")
    with transaction.atomic(using=ALIAS):
        move(
            ALIAS, IMPORT, of(IMPORT, [row.pk]), to=ImportState.CHECKED, by=by,
            subject=f"import {row.pk} checked", persons=found["rows"], also={**found, "stage": 5},
        )  # fmt: skip
        ImportTotal.objects.using(ALIAS).bulk_create(
            ImportTotal(file_import=row, place=place, name=name, value=value, before=before)
            for place, (name, value, before) in enumerate(totals)
        )


def _refuse(row: FileImport, refused: InputRefused, by: Actor) -> None:
    out = reads.folder() / f"import-{row.pk}-faults.parquet"
    count = reads.write_faults(refused.rows, out)
    also = {"faults": count, "faults_path": str(out), "path": ""}
    move(
        ALIAS, IMPORT, of(IMPORT, [row.pk]), to=ImportState.REFUSED, by=by,
        subject=f"import {row.pk} refused {count}", persons=0, also=also,
    )  # fmt: skip
    Path(row.path).unlink(missing_ok=True)
