"""整合性の確認: all answers of a run against what is registered, in one expression; differences listed and counted."""

from __future__ import annotations

import pyarrow as pa
from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import duck, postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.linkage import queries
from todoke.systems.linkage.models import ConsistencyRun
from todoke.systems.linkage.queries import consistency
from todoke.systems.linkage.rules import match_forms
from todoke.systems.linkage.rules.consistency import CURRENT, Kind, differences

ALIAS = "linkage"
_STAGED = "linkage_found_differences"
# an open difference is carried into the newest run; one that waits for its second person stays as it was proposed
_WRITE = f"""
INSERT INTO linkage_difference (run_id, person_id, kind, found, state, state_at, state_by)
SELECT %(run)s, person, kind, found, 'open', %(now)s, %(by)s FROM {_STAGED}
ON CONFLICT (person_id, kind) WHERE NOT (state IN ('settled', 'confirmed'))
DO UPDATE SET run_id = excluded.run_id, found = excluded.found WHERE linkage_difference.state = 'open'
"""


def compare_attributes(*, run: ConsistencyRun, asked: int, by: Actor) -> ConsistencyRun:
    """Write the differences and the counts of the run, and destroy its answers; a finished run stays as it is.

    Errors: INPUT_MISSING unless the answers are of as many as were asked about, INPUT_CHANGED for an answer that was altered on disk, SETUP_MISSING for forms of other rules.
    """
    require(by, Permission.LINKAGE_COMPARE)
    run.refresh_from_db(using=ALIAS)
    if run.finished_at is None:
        with transaction.atomic(using=ALIAS):
            _compare(run, asked, by)
    consistency.destroy(run)
    return run


def _compare(run: ConsistencyRun, asked: int, by: Actor) -> None:
    queries.refuse_old_forms()
    parts = list(consistency.answers(run))
    if sum(part.num_rows for part in parts) != asked:
        raise TodokeError(ErrorCode.INPUT_MISSING, file="一括提供の回答")
    now = clock.now()
    run.finished_at, run.asked, run.equal, run.differing = now, 0, 0, 0
    run.number_changed = run.died = run.not_found = 0
    if parts:
        answers = pa.concat_tables(parts).combine_chunks()
        found = _differences(answers)
        postgres.stage(ALIAS, _STAGED, found)
        postgres.execute(ALIAS, _WRITE, {"run": run.pk, "now": now, "by": by.staff_id})
        _count(run, answers, found)
    run.save(using=ALIAS)
    verb = Permission.LINKAGE_COMPARE.value
    record(ALIAS, by=by, verb=verb, subject=f"finish:{run.pk}", persons=run.asked)


def _differences(answers: pa.Table) -> pa.Table:
    forms = match_forms.of(answers, match_forms.home(settings.TODOKE_MUNICIPALITY))
    for name in ("name", "sex", "birth_date", "address"):
        answers = answers.append_column(f"{name}_form", forms[name])
    registered = queries.forms_where("f.person_id = ANY(%s)", [answers["person"].to_pylist()])
    with duck.connect() as connection:
        connection.register("answers", answers)
        connection.register("registered", registered)
        return differences(connection)


def _count(run: ConsistencyRun, answers: pa.Table, found: pa.Table) -> None:
    words = answers["word"].to_pylist()
    values = {kind.value for kind in (Kind.NAME, Kind.SEX, Kind.BIRTH_DATE, Kind.ADDRESS)}
    differing = {
        person
        for person, kind in zip(found["person"].to_pylist(), found["kind"].to_pylist(), strict=True)
        if kind in values
    }
    run.asked, run.differing = len(words), len(differing)
    run.equal = words.count(CURRENT) - len(differing)
    run.number_changed = words.count(Kind.NUMBER_CHANGED.value)
    run.died = words.count(Kind.DIED.value)
    run.not_found = words.count(Kind.NOT_FOUND.value)
