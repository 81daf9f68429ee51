"""Imports that nobody is at though no person is waited for: their process ended in the middle, or before it began."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from todoke.batch.models import StepRun
from todoke.batch.steps import at_work
from todoke.kernel import clock
from todoke.systems.benefits.flows import ImportState
from todoke.systems.benefits.models import FileImport
from todoke.systems.benefits.queries.imports import standing as imports

ALIAS: Final = "benefits"
TRIES: Final = 5
"""So often a step is begun; then something is wrong that another try does not mend, and a person has to look."""
_SOON: Final = timedelta(minutes=10)
"""So long a file may wait for its turn behind another one, before its process is held for dead."""
_NAMES: Final = {ImportState.CHECKED: "benefits.import.check", ImportState.TAKEN: "benefits.import.take"}


def step_name(to: ImportState) -> str:
    """As `batch` knows the step that leads there."""
    return _NAMES[to]


def stopped() -> list[int]:
    """The oldest first. Stale ones wait for the person who takes the file in anew."""
    rows = imports.every().filter(state__in=imports.OPEN).order_by("pk")
    waiting = {row.pk: row for row in rows if imports.next_step(row) and not imports.stale(row)}
    runs = {number: run for number, row in waiting.items() if (run := _run(row))}
    busy = at_work(ALIAS, runs.values())
    return [number for number, row in waiting.items() if _left(row, runs.get(number), busy)]


def given_up(of: FileImport) -> bool:
    """Whether its step was stopped so often that it does not go on by itself."""
    run = _run(of)
    return run is not None and run.attempts >= TRIES and run.pk not in at_work(ALIAS, [run])


def _left(row: FileImport, run: StepRun | None, busy: set[int]) -> bool:
    if run is None:
        return clock.now() - row.state_at > _SOON
    return run.pk not in busy and run.attempts < TRIES


def _run(of: FileImport) -> StepRun | None:
    following = imports.next_step(of)
    if following is None:
        return None
    return StepRun.objects.using(ALIAS).filter(key=str(of.pk), name=step_name(following)).first()
