"""Editions of programmes: the one in force, proposals, trials, and what changed between two decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from todoke.engine import duck, postgres, snapshots
from todoke.engine.snapshots import Seal
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import DecisionRun, EditionTrial, ProgrammeEdition
from todoke.systems.benefits.queries.editions import works as edition_works
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.editions import definition
from todoke.systems.benefits.rules.editions.state import EditionState
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"
SHOWN = 1_000
"""Rows of a list of differences on a screen; all of them are in the counts."""


def find(code: str) -> Programme:
    """The edition in force of the programme with that code; NOT_FOUND for another code.

    INPUT_CHANGED when its text is no longer what was approved.
    """
    released = programmes.find(code)
    row = ProgrammeEdition.objects.using(ALIAS).filter(programme=code, state=EditionState.APPROVED).last()
    return released if row is None else read(row)


def every() -> list[Programme]:
    """The editions in force, by number."""
    return [find(programme.code) for programme in programmes.every()]


def named(code: str, edition: str) -> Programme:
    """The programme as a decision was made with it: by the name of its edition; the one in force for an unknown name."""
    row = ProgrammeEdition.objects.using(ALIAS).filter(programme=code, edition=edition).first()
    if row is not None:
        return read(row)
    return next((one for one in programmes.editions(code) if one.edition == edition), find(code))


def read(row: ProgrammeEdition) -> Programme:
    """The definition of a stored edition, checked against its digest."""
    found = definition.from_text(row.definition)
    if definition.digest_of_text(row.definition) != row.sha256:
        raise TodokeError(ErrorCode.INPUT_CHANGED, file=f"{row.programme} {row.edition}")
    return found


def edition(number: int) -> ProgrammeEdition:
    """One stored edition; NOT_FOUND otherwise."""
    found = ProgrammeEdition.objects.using(ALIAS).filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="事業の改定")
    return found


def stored(code: str) -> list[ProgrammeEdition]:
    """Every stored edition of a programme, newest first."""
    return list(ProgrammeEdition.objects.using(ALIAS).filter(programme=code).order_by("-id"))


def proposals() -> dict[str, ProgrammeEdition]:
    """Programme → its open proposal."""
    rows = ProgrammeEdition.objects.using(ALIAS).filter(state=EditionState.PROPOSED)
    return {row.programme: row for row in rows}


def newest_trial(row: ProgrammeEdition) -> EditionTrial | None:
    """The trial made last."""
    return EditionTrial.objects.using(ALIAS).filter(edition=row).order_by("id").last()


def judged_with(row: ProgrammeEdition) -> DecisionRun | None:
    """The first decision that was made with this edition."""
    runs = DecisionRun.objects.using(ALIAS).filter(programme=row.programme, edition=row.edition)
    return runs.order_by("id").first()


@dataclass(frozen=True, kw_only=True)
class Change:
    """Households that went from one outcome to another, and the yen before and after."""

    before: str
    after: str
    households: int
    yen_before: int
    yen_after: int


@dataclass(frozen=True, kw_only=True)
class Differing:
    """One household whose decision differs; `state` and `case_number` are empty without a case."""

    household_key: str
    before: str
    after: str
    yen_before: int
    yen_after: int
    protected: bool
    case_number: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Differences:
    """Everything that two decisions do not agree on: all of it counted, the first `SHOWN` listed."""

    changes: list[Change]
    rows: list[Differing]
    total: int


def trial_differences(trial: EditionTrial, *, listed: bool = True) -> Differences:
    """What the trial found; `listed`: with households, beside the cases that there are."""
    path = snapshots.check_unchanged(Path(trial.path), trial.sha256)
    return _read(f"read_parquet('{duck.quoted(path)}')", trial.edition.programme, listed=listed)


def run_differences(after: DecisionRun, *, listed: bool = True) -> Differences | None:
    """A run beside the run before it of the same programme, as kept when it was made; None for the first one."""
    kept = edition_works.compared(after)
    if kept is not None:
        path = snapshots.check_unchanged(Path(kept.path), kept.sha256)
        return _read(f"read_parquet('{duck.quoted(path)}')", after.programme, listed=listed)
    relations = both_runs(after)
    return (
        None if relations is None else _read(f"({difference_sql(relations)})", after.programme, listed=listed)
    )


def both_runs(after: DecisionRun) -> dict[str, str] | None:
    """The sealed results of a run and of the run before it, as DuckDB relations; None for the first one."""
    runs = DecisionRun.objects.using(ALIAS).filter(programme=after.programme, pk__lt=after.pk)
    before = runs.order_by("id").last()
    if before is None:
        return None
    files = {
        name: snapshots.check(Path(run.result_path), run.result_sha256)
        for name, run in (("one", before), ("two", after))
    }
    return {name: f"read_parquet('{duck.quoted(path)}')" for name, path in files.items()}


def seal_differences(relations: Mapping[str, str], work: Path, name: str, *, into: Path) -> Seal:
    """Compare decisions `one` and `two` in the folder `work`, and keep the households that differ in `into`."""
    work.mkdir(parents=True, exist_ok=True)
    draft = work / "differences.parquet"
    with duck.connect(memory="2GB", spill=work / ".spill-compare") as connection:
        query = f"{difference_sql(relations)} ORDER BY 1"
        connection.execute(f"COPY ({query}) TO '{duck.quoted(draft)}' (FORMAT PARQUET, COMPRESSION ZSTD)")
    seal = snapshots.adopt(draft, name)
    return snapshots.share(seal.path, seal.sha256, into, name)


def difference_sql(relations: Mapping[str, str]) -> str:
    """DuckDB: the households on which decisions `one` and `two` differ; one that is on neither side is named so."""
    return f"""
        SELECT COALESCE(b.household_key, a.household_key) AS household_key,
            COALESCE(b.protected, false) OR COALESCE(a.protected, false) AS protected,
            COALESCE(b.outcome, 'absent') AS outcome_before, COALESCE(b.reason_code, '') AS reason_before,
            COALESCE(b.amount_yen, 0) AS yen_before, COALESCE(a.outcome, 'absent') AS outcome_after,
            COALESCE(a.reason_code, '') AS reason_after, COALESCE(a.amount_yen, 0) AS yen_after
        FROM {relations["one"]} b FULL JOIN {relations["two"]} a ON a.household_key = b.household_key
        WHERE (b.outcome, b.reasons, b.amount_yen) IS DISTINCT FROM (a.outcome, a.reasons, a.amount_yen)
    """


_CHANGES = """
SELECT outcome_before || ':' || reason_before AS before, outcome_after || ':' || reason_after AS after,
    count(*) AS households, sum(yen_before)::BIGINT AS yen_before, sum(yen_after)::BIGINT AS yen_after
FROM {source} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
_ROWS = """
SELECT d.household_key, outcome_before || ':' || reason_before AS before, outcome_after || ':' || reason_after AS after,
    d.yen_before, d.yen_after, d.protected, COALESCE(c.case_number, '') AS case_number, COALESCE(c.state, '') AS state
FROM {source} d LEFT JOIN cases c USING (household_key)
ORDER BY c.state IS NULL, d.household_key LIMIT {shown}
"""


def _read(source: str, programme: str, *, listed: bool) -> Differences:
    with duck.connect() as connection:
        changes = duck.table(connection, _CHANGES.format(source=source)).to_pylist()
        rows: list[dict[str, Any]] = []
        if listed:
            connection.register("cases", _cases(programme))
            rows = duck.table(connection, _ROWS.format(source=source, shown=SHOWN)).to_pylist()
    counted = [Change(**row) for row in changes]
    return Differences(
        changes=counted,
        rows=[Differing(**row) for row in rows],
        total=sum(change.households for change in counted),
    )


def _cases(programme: str) -> pa.Table:
    query = "SELECT lineage AS household_key, case_number, state FROM benefits_case WHERE programme = $1"
    return postgres.read(ALIAS, query, (programme,))
