"""Reads around the decision: sources, runs, answers, decisions.csv."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from todoke.engine import duck, postgres, snapshots
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import AnswerImport, DecisionRun, Source

ALIAS = "benefits"
_DECISIONS = """
COPY (
    SELECT d.household_key AS household_code, c.case_number, d.outcome, d.reasons
    FROM read_parquet('{path}') d LEFT JOIN cases c USING (household_key) ORDER BY d.household_key
) TO '{target}' (FORMAT CSV, HEADER)
"""


def newest_source(kind: str) -> Source:
    """The tax or assistance file imported last; NOT_FOUND when none was."""
    found = Source.objects.using(ALIAS).filter(kind=kind).order_by("-id").first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="課税情報または付帯状況の取込")
    return found


def newest_answers(programme: str) -> AnswerImport | None:
    """The answers imported last, if any."""
    return AnswerImport.objects.using(ALIAS).filter(programme=programme).order_by("-id").first()


def decision_run(programme: str, round_name: str) -> DecisionRun:
    """The decision run of a round; NOT_FOUND before it was decided."""
    found = DecisionRun.objects.using(ALIAS).filter(programme=programme, round=round_name).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="支給判定の回")
    return found


def paid_lineages(programme: str) -> pa.Table:
    """Households that have a payment already: one column `lineage`."""
    query = "SELECT DISTINCT lineage FROM benefits_payment WHERE programme = $1 ORDER BY lineage"
    return postgres.read(ALIAS, query, (programme,))


def applications_received(programme: str) -> pa.Table:
    """Forms that came back: household_key and the first day of receipt."""
    query = """
        SELECT c.household_key, min(a.received_on) AS received_on FROM benefits_application a
        JOIN benefits_case c ON c.id = a.case_id WHERE c.programme = $1 GROUP BY 1 ORDER BY 1
    """
    return postgres.read(ALIAS, query, (programme,))


def outcome_counts(run: DecisionRun) -> dict[str, int]:
    """Households by outcome, and in all."""
    path = snapshots.check(Path(run.result_path), run.result_sha256)
    with duck.connect() as connection:
        rows = connection.execute(
            "SELECT outcome, count(*) FROM read_parquet(?) GROUP BY 1", [str(path)]
        ).fetchall()
    found = {"eligible": 0, "ineligible": 0, "undecided": 0, **dict(rows)}
    return {**found, "households": sum(found.values())}


def write_decisions(run: DecisionRun, target: Path) -> None:
    """decisions.csv: household_code, case_number, outcome, reasons; ordered, byte for byte repeatable."""
    path = snapshots.check(Path(run.result_path), run.result_sha256)
    cases = postgres.read(
        ALIAS, "SELECT household_key, case_number FROM benefits_case WHERE programme = $1", (run.programme,)
    )
    unfinished = target.with_name(f".{target.name}.part")
    with duck.connect() as connection:
        connection.register("cases", cases)
        connection.execute(_DECISIONS.format(path=path, target=unfinished))
    unfinished.replace(target)
