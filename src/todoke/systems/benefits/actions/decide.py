"""支給判定 (decide): judge every household of the city, seal the result, keep it beside what it was made from."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.residents import SnapshotKind
from todoke.engine import postgres, snapshots
from todoke.engine.snapshots import Seal
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.benefits import needs, queries
from todoke.systems.benefits.models import DecisionRun
from todoke.systems.benefits.rules.judging import Inputs, judge
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"


def decide(*, programme: Programme, round_name: str, by: Actor) -> DecisionRun:
    """One decision run; the run itself when this round was decided before. Errors: NOT_FOUND for a missing input,
    INPUT_CHANGED when a sealed file is no longer what was imported."""
    require(by, Permission.BENEFITS_DECIDE)
    known = DecisionRun.objects.using(ALIAS).filter(programme=programme.code, round=round_name).first()
    if known is not None:
        return known
    folder = Path(settings.TODOKE_DATA_FOLDER) / "benefits"
    folder.mkdir(parents=True, exist_ok=True)
    inputs, seals = _inputs(programme, folder)
    households, persons = _judge(programme, inputs, folder, round_name)
    with transaction.atomic(using=ALIAS):
        run = DecisionRun.objects.using(ALIAS).create(
            programme=programme.code,
            edition=programme.edition,
            round=round_name,
            **seals,
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


def _inputs(programme: Programme, folder: Path) -> tuple[Inputs, dict[str, str]]:
    """The sealed files, each checked against its seal, and the hashes that the run keeps."""
    base, latest = needs.register(SnapshotKind.BASE), needs.register(SnapshotKind.LATEST)
    tax, assistance = queries.newest_source("tax"), queries.newest_source("assistance")
    answers = snapshots.write(queries.answers(programme.code), folder, "answers")
    paid = snapshots.write(queries.paid_lineages(programme.code), folder, "paid")
    applications = snapshots.write(queries.applications_received(programme.code), folder, "applications")
    inputs = Inputs(
        base=snapshots.check(Path(base.path), base.sha256),
        latest=snapshots.check(Path(latest.path), latest.sha256),
        tax=snapshots.check(Path(tax.path), tax.sha256),
        assistance=snapshots.check(Path(assistance.path), assistance.sha256),
        answers=answers.path,
        paid=paid.path,
        applications=applications.path,
    )
    return inputs, {
        "base_snapshot": base.sha256,
        "latest_snapshot": latest.sha256,
        "tax_sha256": tax.sha256,
        "assistance_sha256": assistance.sha256,
        "answers_sha256": answers.sha256,
        "paid_sha256": paid.sha256,
        "applications_sha256": applications.sha256,
    }


def _judge(programme: Programme, inputs: Inputs, folder: Path, round_name: str) -> tuple[Seal, Seal]:
    drafts = folder / f"draft-{round_name}-households.parquet", folder / f"draft-{round_name}-persons.parquet"
    judge(programme, inputs, households=drafts[0], persons=drafts[1])
    return (
        snapshots.adopt(drafts[0], f"decision-{round_name}"),
        snapshots.adopt(drafts[1], f"persons-{round_name}"),
    )
