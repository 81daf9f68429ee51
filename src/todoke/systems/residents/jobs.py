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
from todoke.systems.residents import queries
from todoke.systems.residents.actions import import_changes as taking
from todoke.systems.residents.actions.import_register import import_register

ALIAS = "residents"
BASE_DATE = date(2021, 12, 10)
"""基準日 of 住民税非課税世帯等に対する臨時特別給付金 (issue 2 §3; PIA I.1)."""


def load(base: Path, latest: Path, latest_as_of: date, *, by: Actor) -> list[StepReport]:
    """住民記録の取込: the register of the base date, then the latest one."""
    return [
        import_snapshot(kind=SnapshotKind.BASE, file=base, as_of=BASE_DATE, by=by),
        import_snapshot(kind=SnapshotKind.LATEST, file=latest, as_of=latest_as_of, by=by),
    ]


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

    report = run_step(ALIAS, "residents:import", key=key, by=by.staff_id, work=work, title="住民記録の取込")
    if report.resumed and not Path(queries.newest_snapshot(kind).path).is_file():
        import_register(kind=kind, file=file, as_of=as_of, by=by)  # known already: only seals the file again
    return report


def import_changes(*, file: Path, as_of: date, by: Actor) -> StepReport:
    """住民異動の取込 as a step: once per content of the file. Totals: changes, steps of lineage, residents after it."""
    if not file.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=file.name)

    def work(meter: Meter) -> Counts:
        applied = taking.import_changes(file=file, as_of=as_of, by=by)
        meter.total(applied.changes)
        meter.advance(applied.changes)
        totals = {"世帯の系譜": applied.steps, "登録簿の人数": applied.snapshot.rows}
        return Counts(taken=applied.changes, accepted=applied.changes, totals=totals)

    key = snapshots.file_sha256(file)
    return run_step(ALIAS, "residents:changes", key=key, by=by.staff_id, work=work, title="住民異動の取込")
