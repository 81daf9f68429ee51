"""住民記録の取込 (import): a whole register, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.residents import SnapshotKind, SnapshotRef
from todoke.engine import postgres, snapshots
from todoke.engine.snapshots import Seal
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.residents import codecs, queries
from todoke.systems.residents.models import Resident, Snapshot

ALIAS = "residents"
_LOOKED_UP = (
    "resident_code", "household_code", "ward_code", "previous_municipality", "name_kanji", "sex",
    "birth_date", "address", "moved_in_on", "left_on", "left_reason", "protected",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Imported:
    """The sealed register, and whether this call brought it in (or an earlier one)."""

    snapshot: SnapshotRef
    is_new: bool


def import_register(*, kind: SnapshotKind, file: Path, as_of: date, by: Actor) -> Imported:
    """Seal the register in `file` and, when it is the latest one, make it the look-up table.

    The same content for the same day is the same snapshot. Errors: InputRefused (all bad rows),
    STATE_CONFLICT when a newer register of that kind is already in use.
    """
    require(by, Permission.RESIDENTS_IMPORT)
    register = codecs.read_register(file)
    seal = snapshots.write(register, _folder(), f"residents-{kind}")
    return _take(register, seal, kind, as_of=as_of, source_sha256=snapshots.file_sha256(file), by=by)


def take_register(
    *, kind: SnapshotKind, sealed: Path, sha256: str, source_sha256: str, as_of: date, by: Actor
) -> Imported:
    """The same for a register that 給付管理システム has checked and sealed, typed and in resident code order.

    Raises INPUT_CHANGED when it is not what was sealed.
    """
    require(by, Permission.RESIDENTS_IMPORT)
    seal = snapshots.share(snapshots.check(sealed, sha256), sha256, _folder(), f"residents-{kind}")
    return _take(pq.read_table(seal.path), seal, kind, as_of=as_of, source_sha256=source_sha256, by=by)


def _folder() -> Path:
    return Path(settings.TODOKE_DATA_FOLDER) / "residents"


def _take(
    register: pa.Table, seal: Seal, kind: SnapshotKind, *, as_of: date, source_sha256: str, by: Actor
) -> Imported:
    with transaction.atomic(using=ALIAS):
        _alone(kind)
        known = Snapshot.objects.using(ALIAS).filter(kind=kind, as_of=as_of, sha256=seal.sha256).first()
        if known is not None:
            return Imported(snapshot=queries.reference(known), is_new=False)
        _refuse_older(kind, as_of)
        row = _create(kind, as_of, seal, source_sha256, by)
        if kind is SnapshotKind.LATEST:
            _replace_residents(register, row)
        subject = f"snapshot {row.snapshot_id}"
        record(ALIAS, by=by, verb="residents:snapshot:import", subject=subject, persons=seal.rows)
    return Imported(snapshot=queries.reference(row), is_new=True)


def _alone(kind: SnapshotKind) -> None:
    """One import of a kind at a time, until the transaction ends."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"residents:import:{kind}"])


def _refuse_older(kind: SnapshotKind, as_of: date) -> None:
    if Snapshot.objects.using(ALIAS).filter(kind=kind, as_of__gt=as_of).exists():
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="より新しい時点の住民記録が取り込まれています")


def _create(kind: SnapshotKind, as_of: date, seal: Seal, source_sha256: str, by: Actor) -> Snapshot:
    return Snapshot.objects.using(ALIAS).create(
        snapshot_id=f"{kind}-{as_of.isoformat()}-{seal.sha256[:16]}",
        kind=kind,
        as_of=as_of,
        path=str(seal.path),
        sha256=seal.sha256,
        source_sha256=source_sha256,
        rows=seal.rows,
        imported_at=clock.now(),
        imported_by=by.staff_id,
    )


def _replace_residents(register: pa.Table, row: Snapshot) -> None:
    """All rows out, all rows in; readers see the old register until commit."""
    Resident.objects.using(ALIAS).all()._raw_delete(ALIAS)
    looked_up = register.select(list(_LOOKED_UP))
    snapshot_ids = pa.repeat(row.snapshot_id, register.num_rows)
    postgres.copy_in(ALIAS, "residents_resident", looked_up.append_column("snapshot_id", snapshot_ids))
