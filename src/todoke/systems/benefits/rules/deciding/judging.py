"""支給判定, Parquet in and Parquet out: nothing but the files decides, so a decision can be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from todoke.engine.duck import DuckEngine
from todoke.engine.statement import Engine, Statement, Totals
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.rules.deciding import decision_sql
from todoke.systems.benefits.rules.programme import Programme


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The sealed files of one decision; relations that may be empty are None then (decision_sql names them)."""

    base: Path
    latest: Path
    tax: Path
    assistance: Path
    answers: Path | None = None
    paid: Path | None = None
    applications: Path | None = None
    special: Path | None = None
    earlier: Path | None = None
    figures: Path | None = None
    certificates: Path | None = None

    def files(self) -> list[Path]:
        """Every file there is."""
        return [path for path in vars(self).values() if path is not None]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Control totals of one judging: everybody who is judged is in exactly one household."""

    residents: int
    households: int


def statement(programme: Programme, inputs: Inputs) -> Statement:
    """The judging of a programme over these files."""
    given = {name for name, path in vars(inputs).items() if path is not None}
    return decision_sql.statement(programme, given)


def judge(programme: Programme, inputs: Inputs, *, households: Path, persons: Path) -> Judged:
    """`run` with DuckDB."""
    return run(
        statement(programme, inputs), inputs, households=households, persons=persons, engine=DuckEngine()
    )


def run(statement: Statement, inputs: Inputs, *, households: Path, persons: Path, engine: Engine) -> Judged:
    """Write the household decisions and the persons' statuses; both ordered, so equal inputs give equal rows.

    STATE_CONFLICT, and neither file, when a join would put a person into no household or into several; a register that lists
    somebody twice was refused when it came in.
    """
    targets = {"persons": persons, "households": households}
    totals = engine.run(statement, vars(inputs), targets, _complete)
    return Judged(residents=totals["residents"], households=totals["households"])


def _complete(totals: Totals) -> None:
    """A person or household that a join had doubled or lost would show here."""
    residents, persons = totals["residents"], totals["persons"]
    if not (residents == persons == totals["members"] and totals["split"] == 0):
        detail = f"判定の対象となる住民 {residents} 人と判定した人 {persons} 人が一致しないか、世帯コードに枝番があります"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
