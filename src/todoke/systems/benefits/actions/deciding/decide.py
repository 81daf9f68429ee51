"""支給判定 (decide): judge every household of the city, seal the result, keep it beside what it was made from."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres, rows, snapshots
from todoke.engine.code import code_version
from todoke.engine.duck import DuckEngine
from todoke.engine.snapshots import Seal
from todoke.engine.statement import Engine
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.benefits.models import DecisionInput, DecisionRun
from todoke.systems.benefits.queries.deciding import decision_inputs
from todoke.systems.benefits.rules.deciding import judging
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"
_COLUMNS = ("tax", "assistance", "answers", "paid", "applications")
"""Relations whose seals stand in the run itself; DecisionInput has all of them."""


def decide(*, programme: Programme, round_name: str, by: Actor, engine: Engine | None = None) -> DecisionRun:
    """One decision run; the run itself when this round was decided before. Errors: NOT_FOUND for a missing input,
    INPUT_CHANGED when a sealed file is no longer what was imported, and those of the engine."""
    require(by, Permission.BENEFITS_DECIDE)
    known = DecisionRun.objects.using(ALIAS).filter(programme=programme.code, round=round_name).first()
    if known is not None:
        return known
    folder = Path(settings.TODOKE_DATA_FOLDER) / "benefits"
    folder.mkdir(parents=True, exist_ok=True)
    inputs = decision_inputs.gather(programme, folder)
    run = _judge(programme, inputs, folder, round_name, engine or DuckEngine())
    run.decided_at, run.decided_by = clock.now(), by.staff_id
    with transaction.atomic(using=ALIAS):
        run.save(using=ALIAS, force_insert=True)
        DecisionInput.objects.using(ALIAS).bulk_create(
            _input(run, name, seal) for name, seal in inputs.items()
        )
        found = pq.read_table(run.result_path)
        run_ids = pa.repeat(pa.scalar(run.pk, pa.int64()), found.num_rows)
        postgres.copy_in(ALIAS, "benefits_decision", found.append_column("run_id", run_ids))
        # the digest stands in the log, too: sealed there, signed, and kept by the other realms
        subject = f"decision {programme.code} {round_name} {run.outcome_sha256}"
        record(ALIAS, by=by, verb="benefits:decision:decide", subject=subject, persons=run.residents)
    return run


def _input(run: DecisionRun, name: str, seal: Seal) -> DecisionInput:
    own = str(seal.path) if name in decision_inputs.OWN else ""
    return DecisionInput(run=run, relation=name, path=str(seal.path), own_path=own, sha256=seal.sha256)


def _judge(
    programme: Programme, inputs: dict[str, Seal], folder: Path, round_name: str, engine: Engine
) -> DecisionRun:
    """The run with every seal, not saved yet."""
    files = judging.Inputs(**{name: seal.path for name, seal in inputs.items()})
    statement = judging.statement(programme, files)
    draft = folder / f"draft-{round_name}"
    judged = judging.run(
        statement,
        files,
        households=draft.with_suffix(".households"),
        persons=draft.with_suffix(".persons"),
        engine=engine,
    )
    rules = snapshots.write_bytes(statement.sealed(), folder, "rules", ".json")
    households = snapshots.adopt(draft.with_suffix(".households"), f"decision-{round_name}")
    persons = snapshots.adopt(draft.with_suffix(".persons"), f"persons-{round_name}")
    return DecisionRun(
        programme=programme.code,
        edition=programme.edition,
        round=round_name,
        base_snapshot=inputs["base"].sha256,
        latest_snapshot=inputs["latest"].sha256,
        **{f"{name}_sha256": inputs[name].sha256 for name in _COLUMNS},
        result_path=str(households.path),
        result_sha256=households.sha256,
        persons_path=str(persons.path),
        persons_sha256=persons.sha256,
        residents=judged.residents,
        households=judged.households,
        engine=engine.name,
        engine_version=engine.version,
        rules_path=str(rules.path),
        rules_sha256=rules.sha256,
        code_version=code_version(),
        outcome_sha256=rows.digest(households.path),
        trace_sha256=rows.digest(persons.path),
    )
