"""Batch steps of 住民記録システム: thin over actions."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from todoke.access.permissions import Actor
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, StepReport, run_step
from todoke.contracts.residents import SnapshotKind
from todoke.engine import snapshots
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.residents.actions.import_register import import_register

ALIAS = "residents"


def import_snapshot(*, kind: SnapshotKind, file: Path, as_of: date, by: Actor) -> StepReport:
    """住民記録の取込 as a step: once per kind, day and content of the file."""
    if not file.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name)
    key = f"{kind}/{as_of.isoformat()}/{snapshots.file_sha256(file)}"

    def work(meter: Meter) -> Counts:
        rows = import_register(kind=kind, file=file, as_of=as_of, by=by).snapshot.rows
        meter.total(rows)
        meter.advance(rows)
        return Counts(taken=rows, accepted=rows)

    return run_step(ALIAS, "residents:import", key=key, by=by.staff_id, work=work, title="住民記録の取込")
