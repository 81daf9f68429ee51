"""住民異動の取込 (import): a daily file in whole and in order, or nothing; the latest register follows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.residents import SnapshotKind, SnapshotRef
from todoke.engine import postgres, snapshots
from todoke.kernel import clock
from todoke.kernel.errors import BadRow, InputRefused
from todoke.oplog.record import record
from todoke.records.masking import shown
from todoke.systems.residents import codecs, queries
from todoke.systems.residents.actions.keeping import Keeping
from todoke.systems.residents.models import ChangeFile
from todoke.systems.residents.rules import history
from todoke.systems.residents.rules.history import Faults, History

ALIAS = "residents"
_LISTED: Final = ", ".join(name for name in history.COLUMNS if name != "resident_code")
_UPSERT: Final = f"""
INSERT INTO residents_resident (resident_code, {_LISTED}, snapshot_id) SELECT resident_code, {_LISTED}, %s FROM changed
ON CONFLICT (resident_code) DO UPDATE SET ({_LISTED}, snapshot_id)
    = ({", ".join(f"excluded.{name}" for name in _LISTED.split(", "))}, excluded.snapshot_id)
"""


@dataclass(frozen=True, kw_only=True)
class Applied:
    """The latest register after the file, and how much changed."""

    snapshot: SnapshotRef
    changes: int
    steps: int


def import_changes(*, file: Path, as_of: date, by: Actor) -> Applied:
    """Apply a daily file to the latest register; every change is kept with what was before, and the lineage of households.

    The same file again changes nothing. Errors: InputRefused (every bad row: form, order of the serials, changes that cannot be); STATE_CONFLICT when a newer
    register is in use; NOT_FOUND before the first whole register.
    """
    require(by, Permission.RESIDENTS_IMPORT)
    change = codecs.read_changes(file)
    keeping = Keeping(kind=SnapshotKind.LATEST, as_of=as_of, by=by)
    with transaction.atomic(using=ALIAS):
        keeping.alone()
        if (known := queries.taken_file(snapshots.file_sha256(file))) is not None:
            return _known(known)
        keeping.refuse_older()
        _refuse_out_of_order(file, _serials(change), queries.last_serial())
        latest = queries.newest_snapshot(SnapshotKind.LATEST)
        before = pq.read_table(snapshots.check(Path(latest.path), latest.sha256))
        found = history.apply(before, change, as_of)
        if isinstance(found, Faults):
            raise InputRefused(file.name, _told(file, change, found))
        return _keep(keeping, file, change, found)


def _known(file: ChangeFile) -> Applied:
    """What taking in this file did: who was killed before anybody heard of it asks once more."""
    return Applied(
        snapshot=queries.snapshot_named(file.snapshot_id),
        changes=file.last_serial - file.first_serial + 1,
        steps=queries.steps_of(file.snapshot_id),
    )


def _keep(keeping: Keeping, file: Path, change: pa.Table, found: History) -> Applied:
    digest = snapshots.file_sha256(file)
    row = keeping.create(keeping.seal(found.after), digest)
    postgres.stage(ALIAS, "changed", found.changed)
    postgres.execute(ALIAS, _UPSERT, [row.snapshot_id])
    keeping.remember(found, row.snapshot_id)
    serials = _serials(change)
    ChangeFile.objects.using(ALIAS).create(
        sha256=digest,
        first_serial=serials[0],
        last_serial=serials[-1],
        as_of=keeping.as_of,
        snapshot_id=row.snapshot_id,
        imported_at=clock.now(),
        imported_by=keeping.by.staff_id,
    )
    subject = f"changes {serials[0]}-{serials[-1]} snapshot {row.snapshot_id}"
    record(
        ALIAS, by=keeping.by, verb="residents:change:import", subject=subject, persons=found.changed.num_rows
    )
    return Applied(
        snapshot=queries.reference(row), changes=found.changes.num_rows, steps=found.lineage.num_rows
    )


def _serials(change: pa.Table) -> list[int]:
    return [int(str(serial)) for serial in change["serial"].to_pylist()]


def _refuse_out_of_order(file: Path, serials: list[int], last: int | None) -> None:
    """Serials follow on from the last file and from row to row: no file twice, none left out, none before another.

    The first file ever may begin anywhere: the sender counts from its own beginning.
    """
    if not serials:
        rule = "異動が1件もありません"
        raise InputRefused(file.name, [BadRow(file=file.name, row=1, column="serial", shown="", rule=rule)])
    bad = []
    first = serials[0] if last is None else last + 1
    for row, (serial, wanted) in enumerate(
        zip(serials, [first, *(one + 1 for one in serials)], strict=False)
    ):
        if serial != wanted:
            rule = f"異動通番が続いていません（次は {wanted}）"
            if not row and last is not None and serial <= last:
                rule = f"取り込んだ異動通番です（{last} まで取込済み）"
            bad.append(BadRow(file=file.name, row=row + 2, column="serial", shown=str(serial), rule=rule))
    if bad:
        raise InputRefused(file.name, bad)


def _told(file: Path, change: pa.Table, faults: Faults) -> list[BadRow]:
    first = _serials(change)[0]
    return [
        BadRow(
            file=file.name, row=serial - first + 2, column=cell, shown=shown(value, personal=True), rule=rule
        )
        for serial, cell, value, rule in faults.rows
    ]
