"""判定のやり直し (repeat): judge again from what a run was sealed with, and compare. Nothing is decided by it."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import rows, snapshots
from todoke.engine.duck import DuckEngine
from todoke.engine.statement import Engine, unsealed
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.models import DecisionInput, DecisionRun
from todoke.systems.benefits.rules.deciding import judging

ALIAS = "benefits"


def repeat_decision(*, run_id: int, by: Actor, engine: Engine | None = None) -> bool:
    """Whether the run's sealed statement over its sealed files gives the sealed rows today, on any engine.

    Errors: NOT_FOUND; STATE_CONFLICT for a run of before there were seals; INPUT_MISSING or INPUT_CHANGED with the
    name of a file that is gone or is no longer what was sealed; those of the engine.
    """
    require(by, Permission.BENEFITS_DECIDE)
    run = DecisionRun.objects.using(ALIAS).filter(pk=run_id).first()
    if run is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="判定番号")
    if not run.engine:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この判定は、規則を封印する前の版で行われています")
    statement = unsealed(_kept(run.rules_path, run.rules_sha256).read_bytes())
    sealed = DecisionInput.objects.using(ALIAS).filter(run=run)
    inputs = judging.Inputs(**{one.relation: _kept(one.path, one.sha256) for one in sealed})
    folder = Path(mkdtemp(prefix=".repeat-", dir=Path(settings.TODOKE_DATA_FOLDER) / "benefits"))
    try:
        households, persons = folder / "households.parquet", folder / "persons.parquet"
        judging.run(statement, inputs, households=households, persons=persons, engine=engine or DuckEngine())
        found = (rows.digest(households), rows.digest(persons))
    finally:
        shutil.rmtree(folder)
    equal = found == (run.outcome_sha256, run.trace_sha256)
    with transaction.atomic(using=ALIAS):
        subject = f"decision {run.programme} {run.round} {'equal' if equal else 'differs'} {found[0]}"
        record(ALIAS, by=by, verb="benefits:decision:repeat", subject=subject, persons=run.residents)
    return equal


def _kept(path: str, sha256: str) -> Path:
    """The sealed file, where it was or, when the instance has moved since, where it would be now."""
    found = Path(path)
    moved = Path(settings.TODOKE_DATA_FOLDER) / found.parent.name / found.name
    return snapshots.check(found if found.is_file() else moved, sha256)
