"""支給判定 (decide): judge every household of the city, seal the result, keep it beside what it was made from."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres, snapshots
from todoke.engine.snapshots import Seal
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.benefits.actions import decision_inputs
from todoke.systems.benefits.models import DecisionRun
from todoke.systems.benefits.rules.judging import Inputs, judge
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"
_SEALED = ("tax", "assistance", "answers", "paid", "applications")


def decide(*, programme: Programme, round_name: str, by: Actor) -> DecisionRun:
    """One decision run; the run itself when this round was decided before. Errors: NOT_FOUND for a missing input,
    INPUT_CHANGED when a sealed file is no longer what was imported."""
    require(by, Permission.BENEFITS_DECIDE)
    known = DecisionRun.objects.using(ALIAS).filter(programme=programme.code, round=round_name).first()
    if known is not None:
        return known
    folder = Path(settings.TODOKE_DATA_FOLDER) / "benefits"
    folder.mkdir(parents=True, exist_ok=True)
    gathered = decision_inputs.gather(programme, folder)
    inputs = Inputs(**{name: seal.path for name, seal in gathered.items()})
    households, persons = _judge(programme, inputs, folder, round_name)
    with transaction.atomic(using=ALIAS):
        run = DecisionRun.objects.using(ALIAS).create(
            programme=programme.code,
            edition=programme.edition,
            round=round_name,
            base_snapshot=gathered["base"].sha256,
            latest_snapshot=gathered["latest"].sha256,
            **{f"{name}_sha256": gathered[name].sha256 for name in _SEALED},
            result_path=str(households.path),
            result_sha256=households.sha256,
            persons_path=str(persons.path),
            persons_sha256=persons.sha256,
            residents=persons.rows,
            households=households.rows,
            decided_at=clock.now(),
            decided_by=by.staff_id,
        )
        rows = pq.read_table(households.path)
        run_ids = pa.repeat(pa.scalar(run.pk, pa.int64()), rows.num_rows)
        postgres.copy_in(ALIAS, "benefits_decision", rows.append_column("run_id", run_ids))
        subject = f"decision {programme.code} {round_name}"
        record(ALIAS, by=by, verb="benefits:decision:decide", subject=subject, persons=persons.rows)
    return run


def _judge(programme: Programme, inputs: Inputs, folder: Path, round_name: str) -> tuple[Seal, Seal]:
    drafts = folder / f"draft-{round_name}-households.parquet", folder / f"draft-{round_name}-persons.parquet"
    judge(programme, inputs, households=drafts[0], persons=drafts[1])
    return (
        snapshots.adopt(drafts[0], f"decision-{round_name}"),
        snapshots.adopt(drafts[1], f"persons-{round_name}"),
    )
