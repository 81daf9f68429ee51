"""処理 of one municipality's database: its steps with counts and totals; whether one that is not done is at work or stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from todoke.batch.models import StepRun, StepState
from todoke.batch.steps import at_work


class BatchState(StrEnum):
    """How a step stands."""

    AT_WORK = "at_work"  # 実行中
    STOPPED = "stopped"  # 中断
    DONE = "done"  # 完了


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One step. `totals`: its control totals, once it is done."""

    title: str
    state: BatchState
    by: str
    started_at: datetime
    finished_at: datetime | None
    taken: int
    accepted: int
    refused: int
    attempts: int
    totals: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """In numbers: what is at work and what was stopped; when the last one ended."""

    at_work: int
    stopped: int
    ended_at: datetime | None


def batches(alias: str, limit: int = 200) -> list[Batch]:
    """The newest first."""
    runs = list(
        StepRun.objects.using(alias).prefetch_related("totals").order_by("-started_at", "-pk")[:limit]
    )
    working = at_work(alias, runs)
    return [
        Batch(
            title=run.title, state=_state(run, working), by=run.by, started_at=run.started_at,
            finished_at=run.finished_at, taken=run.taken, accepted=run.accepted, refused=run.refused,
            attempts=run.attempts, totals=tuple((total.name, total.value) for total in run.totals.all()),
        )
        for run in runs
    ]  # fmt: skip


def standing(alias: str) -> Standing:
    """Of all steps."""
    runs = StepRun.objects.using(alias)
    open_runs = list(runs.filter(state=StepState.RUNNING))
    working = at_work(alias, open_runs)
    last = runs.filter(state=StepState.DONE).order_by("-finished_at").first()
    return Standing(
        at_work=len(working),
        stopped=len(open_runs) - len(working),
        ended_at=last.finished_at if last else None,
    )


def _state(run: StepRun, working: set[int]) -> BatchState:
    if run.state == StepState.DONE:
        return BatchState.DONE
    return BatchState.AT_WORK if run.pk in working else BatchState.STOPPED
