"""登録簿の保存: what both imports do with a register: one at a time, never an older one, sealed, with its history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
from django.conf import settings
from django.db import connections

from todoke.access.permissions import Actor
from todoke.contracts.residents import SnapshotKind
from todoke.engine import postgres, snapshots
from todoke.engine.snapshots import Seal
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.residents.models import Snapshot
from todoke.systems.residents.rules.compared import COMPARED
from todoke.systems.residents.rules.history import History

ALIAS = "residents"


@dataclass(frozen=True, kw_only=True)
class Keeping:
    """The writing half of an import of one kind of register, as of one day."""

    kind: SnapshotKind
    as_of: date
    by: Actor

    def seal(self, register: pa.Table) -> Seal:
        """The register as a sealed file."""
        return snapshots.write(register, settings.TODOKE_DATA_FOLDER / "residents", f"residents-{self.kind}")

    def adopt(self, sealed: Path, sha256: str) -> Seal:
        """A file that was sealed elsewhere, under a name of ours."""
        folder = Path(settings.TODOKE_DATA_FOLDER) / "residents"
        return snapshots.share(sealed, sha256, folder, f"residents-{self.kind}")

    def alone(self) -> None:
        """One import of a kind at a time, until the transaction ends."""
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"residents:import:{self.kind}"]
            )

    def refuse_older(self) -> None:
        """STATE_CONFLICT when a newer register of the kind is in use."""
        if Snapshot.objects.using(ALIAS).filter(kind=self.kind, as_of__gt=self.as_of).exists():
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="より新しい時点の住民記録が取り込まれています")

    def create(self, seal: Seal, source_sha256: str) -> Snapshot:
        """The row of the newest snapshot; changes that undo each other lead back to the row of an earlier one."""
        row, _ = Snapshot.objects.using(ALIAS).update_or_create(
            kind=self.kind,
            as_of=self.as_of,
            sha256=seal.sha256,
            defaults={
                "snapshot_id": f"{self.kind}-{self.as_of.isoformat()}-{seal.sha256[:16]}",
                "path": str(seal.path),
                "source_sha256": source_sha256,
                "rows": seal.rows,
                "imported_at": clock.now(),
                "imported_by": self.by.staff_id,
            },
        )
        return row

    def remember(self, history: History, snapshot_id: str) -> None:
        """The changes and the steps of lineage, each once for this snapshot."""
        changes = history.changes
        if changes.num_rows and changes["kind"][0].as_py() == COMPARED:
            serial = changes.schema.get_field_index("serial")
            changes = changes.set_column(serial, "serial", pa.nulls(changes.num_rows, pa.int64()))
        for table, rows in (("residents_change", changes), ("residents_lineage", history.lineage)):
            marks = pa.repeat(snapshot_id, rows.num_rows)
            postgres.copy_in(ALIAS, table, rows.append_column("snapshot_id", marks))
