"""住民情報の取込 (take): a sealed register of 住民記録システム becomes the one that this system keeps; only what differs is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.residents import SnapshotKind, SnapshotRef
from todoke.engine import postgres, snapshots
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.benefits import needs
from todoke.systems.benefits.actions.registers import differing, whole
from todoke.systems.benefits.models import Register, RegisterEntry
from todoke.systems.benefits.rules import search_forms

ALIAS = "benefits"
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
    """Take over the newest register of that kind. The same one again changes nothing.

    Errors: NOT_FOUND when there is none; INPUT_CHANGED when the sealed file is no longer what was imported.
    """
    require(by, _held(by))
    reference = needs.register(kind)
    arriving = pq.read_table(
        snapshots.check(Path(reference.path), reference.sha256), columns=list(differing.ENTRY)
    )
    with transaction.atomic(using=ALIAS):
        postgres.execute(ALIAS, "SELECT pg_advisory_xact_lock(hashtextextended('benefits:register', 0))")
        _name(reference, by)
        taken = _bring(kind.value, arriving)
        subject = f"{reference.snapshot_id} added {taken.added} changed {taken.changed} gone {taken.gone}"
        record(ALIAS, by=by, verb="benefits:register:take", subject=subject, persons=taken.rows)
    return taken


def _held(by: Actor) -> Permission:
    """Whoever confirms an import as its second person ends it, too."""
    imports = by.may(Permission.BENEFITS_IMPORT)
    return Permission.BENEFITS_IMPORT if imports else Permission.BENEFITS_IMPORT_CONFIRM


def _name(reference: SnapshotRef, by: Actor) -> None:
    Register.objects.using(ALIAS).update_or_create(
        side=reference.kind.value,
        defaults={
            "snapshot_id": reference.snapshot_id,
            "sha256": reference.sha256,
            "as_of": reference.as_of,
            "rows": reference.rows,
            "taken_at": clock.now(),
            "taken_by": by.staff_id,
        },
    )


def _bring(side: str, arriving: pa.Table) -> Taken:
    """Bring what is kept to what arrives, by the way that costs less."""
    home = search_forms.home(settings.TODOKE_MUNICIPALITY)
    rows = arriving.num_rows
    postgres.join_whole_tables(ALIAS)
    if not RegisterEntry.objects.using(ALIAS).filter(side=side).exists():
        whole.write(side, arriving, home)
        return Taken(rows=rows, added=rows, changed=0, gone=0)
    postgres.stage(ALIAS, "arriving", arriving)
    counted = differing.count(side)
    if sum(counted.values()) * _MOST > rows:
        whole.write(side, arriving, home)
    else:
        differing.write(side, home)
    return Taken(
        rows=rows,
        added=counted.get("added", 0),
        changed=counted.get("changed", 0),
        gone=counted.get("gone", 0),
    )
