"""住民記録の取込 (import): a whole register, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from todoke.access.permissions import Actor, Permission, one_of, require
from todoke.contracts.residents import SnapshotKind, SnapshotRef
from todoke.engine import postgres, snapshots
from todoke.engine.snapshots import Seal
from todoke.oplog.record import record
from todoke.systems.residents import codecs, queries
from todoke.systems.residents.actions.keeping import Keeping
from todoke.systems.residents.models import Resident, Snapshot
from todoke.systems.residents.rules import history

ALIAS = "residents"
_TAKERS = (
    Permission.RESIDENTS_IMPORT,
    Permission.BENEFITS_IMPORT_CONFIRM,
    Permission.BENEFITS_IMPORT_CONTINUE,
)
"""Whoever confirms an import as its second person ends it, too; one that was stopped, the house."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """The sealed register, and whether this call brought it in (or an earlier one)."""

    snapshot: SnapshotRef
    is_new: bool


def import_register(*, kind: SnapshotKind, file: Path, as_of: date, by: Actor) -> Imported:
    """Seal the register in `file` and, when it is the latest one, make it the look-up table and keep what it changed.

    The same content for the same day is the same snapshot. Errors: InputRefused (all bad rows),
    STATE_CONFLICT when a newer register of that kind is already in use.
    """
    require(by, Permission.RESIDENTS_IMPORT)
    register = codecs.read_register(file)
    keeping = Keeping(kind=kind, as_of=as_of, by=by)
    return _take(register, keeping.seal(register), keeping, source_sha256=snapshots.file_sha256(file))


def take_register(
    *, kind: SnapshotKind, sealed: Path, sha256: str, source_sha256: str, as_of: date, by: Actor
) -> Imported:
    """The same for a register that 給付管理システム has checked and sealed, typed and in resident code order.

    Raises INPUT_CHANGED when it is not what was sealed.
    """
    require(by, one_of(by, *_TAKERS))
    keeping = Keeping(kind=kind, as_of=as_of, by=by)
    seal = keeping.adopt(snapshots.check(sealed, sha256), sha256)
    return _take(pq.read_table(seal.path), seal, keeping, source_sha256=source_sha256)


def _take(register: pa.Table, seal: Seal, keeping: Keeping, *, source_sha256: str) -> Imported:
    kind, as_of, by = keeping.kind, keeping.as_of, keeping.by
    with transaction.atomic(using=ALIAS):
        keeping.alone()
        known = Snapshot.objects.using(ALIAS).filter(kind=kind, as_of=as_of, sha256=seal.sha256).first()
        if known is not None:
            return Imported(snapshot=queries.reference(known), is_new=False)
        keeping.refuse_older()
        before = _before(kind)
        row = keeping.create(seal, source_sha256)
        if kind is SnapshotKind.LATEST:
            _replace_residents(register, row.snapshot_id)
            if before is not None:
                keeping.remember(history.compare(before, register, as_of), row.snapshot_id)
        subject = f"snapshot {row.snapshot_id}"
        record(ALIAS, by=by, verb="residents:snapshot:import", subject=subject, persons=seal.rows)
    return Imported(snapshot=queries.reference(row), is_new=True)


def _before(kind: SnapshotKind) -> pa.Table | None:
    """The register that a latest one is compared with: the latest one so far, else the one of the base date."""
    if kind is SnapshotKind.LATEST:
        for known in (SnapshotKind.LATEST, SnapshotKind.BASE):
            found = queries.known_snapshot(known)
            if found is not None:
                return pq.read_table(snapshots.check(Path(found.path), found.sha256))
    return None


def _replace_residents(register: pa.Table, snapshot_id: str) -> None:
    """All rows out, all rows in; readers see the old register until commit."""
    Resident.objects.using(ALIAS).all()._raw_delete(ALIAS)
    snapshot_ids = pa.repeat(snapshot_id, register.num_rows)
    postgres.copy_in(ALIAS, "residents_resident", register.append_column("snapshot_id", snapshot_ids))
