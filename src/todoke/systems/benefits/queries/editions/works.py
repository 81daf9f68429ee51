"""Where a trial or a judging stands: its steps, what they counted, whether a process is at one right now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from todoke.batch.models import StepRun, StepState
from todoke.batch.steps import at_work
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import DecisionRun, EditionWork, ProgrammeEdition
from todoke.systems.benefits.rules.editions.work import STEPS, WorkKind, WorkState

ALIAS = "benefits"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step: `counted` once it is done, `attempts` above 1 when it was stopped and done again."""

    title: str
    standing: str
    counted: int | None
    attempts: int


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A work and its steps. `alive`: a process is at it; open and not alive, it waits for one or was stopped."""

    work: EditionWork
    stages: list[Stage]
    done: int
    alive: bool


def one(work_id: int) -> EditionWork:
    """The work; NOT_FOUND otherwise."""
    found = EditionWork.objects.using(ALIAS).select_related("edition").filter(pk=work_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="試算または判定のやり直し")
    return found


def newest(edition: ProgrammeEdition) -> EditionWork | None:
    """The work that was asked for last."""
    works = EditionWork.objects.using(ALIAS).select_related("edition").filter(edition=edition)
    return works.order_by("id").last()


def stopped() -> list[int]:
    """Open works that no process is at, the oldest first."""
    works = EditionWork.objects.using(ALIAS).select_related("edition").filter(state=WorkState.OPEN)
    return [work.pk for work in works.order_by("id") if not standing(work).alive]


def compared(run: DecisionRun) -> EditionWork | None:
    """The work that kept how this run differs from the one before it."""
    works = EditionWork.objects.using(ALIAS).filter(
        edition__programme=run.programme, edition__edition=run.edition, kind=WorkKind.JUDGING
    )
    kept = works.exclude(path="").order_by("id").last()
    return kept if kept is not None and run.round == round_name(kept.edition) else None


def round_name(edition: ProgrammeEdition) -> str:
    """The round of the decision that is made with an edition as soon as it is approved."""
    return f"edition-{edition.edition}"


def step_name(step: str) -> str:
    """As `batch` knows it."""
    return f"benefits.edition.{step}"


def folder(work: EditionWork) -> Path:
    """Files between two steps; gone when the work has ended."""
    return Path(settings.TODOKE_DATA_FOLDER) / "benefits" / "editions" / f"work-{work.pk}"


def standing(work: EditionWork) -> Standing:
    """Every step in its order."""
    titles = STEPS[WorkKind(work.kind)]
    runs = {
        run.name: run
        for run in StepRun.objects.using(ALIAS).filter(
            key=str(work.pk), name__in=[step_name(step) for step in titles]
        )
    }
    busy = at_work(ALIAS, runs.values())
    stages = [_stage(title, runs.get(step_name(step)), busy, work) for step, title in titles.items()]
    done = sum(run.state == StepState.DONE for run in runs.values())
    return Standing(work=work, stages=stages, done=done, alive=bool(busy))


def _stage(title: str, run: StepRun | None, busy: set[int], work: EditionWork) -> Stage:
    if run is None:
        said = "待ち" if work.state == WorkState.OPEN else "行っていません"
        return Stage(title=title, standing=said, counted=None, attempts=0)
    done = run.state == StepState.DONE
    said = "済" if done else "処理中" if run.pk in busy else "途中で停止"
    return Stage(title=title, standing=said, counted=run.taken if done else None, attempts=run.attempts)
