"""住民情報の取込 (take): a sealed register of 住民記録システム becomes the one that this system keeps; only what differs is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, one_of, require
from todoke.contracts.residents import SnapshotKind, SnapshotRef
from todoke.engine import postgres, snapshots
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.benefits import needs
from todoke.systems.benefits.actions.registers.differing import ENTRY, Differing
from todoke.systems.benefits.actions.registers.shielding import Shielding
from todoke.systems.benefits.actions.registers.whole import Whole
from todoke.systems.benefits.models import Register, RegisterEntry, Resident
from todoke.systems.benefits.rules.households import search_forms

ALIAS = "benefits"
_TAKERS = (
    Permission.BENEFITS_IMPORT,
    Permission.BENEFITS_IMPORT_CONFIRM,
    Permission.BENEFITS_IMPORT_CONTINUE,
)
"""Whoever confirms an import as its second person ends it, too; one that was stopped, the house."""
_MOST: Final = 3
"""Where more than one row in so many differs, the tables are made anew."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How the register that was kept differs from the one before: 追加, 変更, 消滅, 変化なし."""

    rows: int
    added: int
    changed: int
    gone: int

    @property
    def same(self) -> int:
        """Rows that stand as they stood."""
        return self.rows - self.added - self.changed


def take_register(*, kind: SnapshotKind, by: Actor) -> Taken:
    """Take over the newest register of that kind. The same one again changes nothing and tells the same.

    Errors: NOT_FOUND when there is none; INPUT_CHANGED when the sealed file is no longer what was imported.
    """
    require(by, one_of(by, *_TAKERS))
    reference = needs.register(kind)
    with transaction.atomic(using=ALIAS):
        postgres.execute(ALIAS, "SELECT pg_advisory_xact_lock(hashtextextended('benefits:register', 0))")
        if (known := _known(reference)) is not None:
            return known
        sealed = snapshots.check(Path(reference.path), reference.sha256)
        taken = _bring(reference, pq.read_table(sealed, columns=list(ENTRY)), by)
        subject = f"{reference.snapshot_id} added {taken.added} changed {taken.changed} gone {taken.gone}"
        record(ALIAS, by=by, verb="benefits:register:take", subject=subject, persons=taken.rows)
    return taken


def _known(reference: SnapshotRef) -> Taken | None:
    """What taking this register did, if it is the one that is kept and nobody has keys of an old edition."""
    row = Register.objects.using(ALIAS).filter(side=reference.kind.value).first()
    if row is None or row.snapshot_id != reference.snapshot_id:
        return None
    if Resident.objects.using(ALIAS).exclude(edition=search_forms.EDITION).exists():
        return None
    return Taken(rows=row.rows, added=row.added, changed=row.changed, gone=row.gone)


def _bring(reference: SnapshotRef, arriving: pa.Table, by: Actor) -> Taken:
    """Bring what is kept to what arrives, by the way that costs less."""
    side, rows = reference.kind.value, arriving.num_rows
    home = search_forms.home(settings.TODOKE_MUNICIPALITY)
    postgres.join_whole_tables(ALIAS)
    differing = Differing(side=side, home=home)
    counted = {"added": rows}
    first = not RegisterEntry.objects.using(ALIAS).filter(side=side).exists()
    if not first:
        postgres.stage(ALIAS, "arriving", arriving)
        counted = differing.count()
    taken = Taken(rows=rows, **{how: counted.get(how, 0) for how in ("added", "changed", "gone")})
    _name(reference, taken, by)
    if first or sum(counted.values()) * _MOST > rows:
        Whole(side=side, home=home, register=arriving).write()
    else:
        differing.write()
    Shielding.cover()
    return taken


def _name(reference: SnapshotRef, taken: Taken, by: Actor) -> None:
    Register.objects.using(ALIAS).update_or_create(
        side=reference.kind.value,
        defaults={
            "snapshot_id": reference.snapshot_id,
            "sha256": reference.sha256,
            "as_of": reference.as_of,
            "rows": taken.rows,
            "added": taken.added,
            "changed": taken.changed,
            "gone": taken.gone,
            "taken_at": clock.now(),
            "taken_by": by.staff_id,
        },
    )
