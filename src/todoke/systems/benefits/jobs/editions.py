"""試算と判定のやり直し as steps of a run: asked for once, carried on after any stop, each step done once and counted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from django.db import InterfaceError, OperationalError

from todoke.access.permissions import Actor, require
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, alone, run_step
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.actions.deciding.compare_runs import compare_runs
from todoke.systems.benefits.actions.editions.begin_edition_work import PERMISSIONS, end_edition_work
from todoke.systems.benefits.actions.editions.try_edition import Side, gather_evidence, judge_side, keep_trial
from todoke.systems.benefits.jobs import judging
from todoke.systems.benefits.jobs.overview import overview
from todoke.systems.benefits.models import EditionWork
from todoke.systems.benefits.queries.editions import works as edition_works
from todoke.systems.benefits.rules.editions.work import STEPS, WorkKind, WorkState

ALIAS: Final = "benefits"
_log = logging.getLogger("todoke.benefits")
_Work = Callable[[EditionWork, Actor], Counts]


def carry_on(work_id: int, *, by: Actor) -> EditionWork:
    """Do what is left of a work; ended already, nothing. An error ends it and is kept as its reason, with its code.

    STATE_CONFLICT while another process is at it: two processes, one run. A database that is away ends nothing: the work
    stays open, and goes on later.
    """
    require(by, PERMISSIONS[WorkKind(edition_works.one(work_id).kind)])
    with alone(ALIAS, f"benefits.edition/{work_id}"):
        work = edition_works.one(work_id)
        if work.state != WorkState.OPEN:
            return work
        failure = ""
        try:
            for step in STEPS[WorkKind(work.kind)]:
                _run(step, work, by)
        except TodokeError as error:
            failure = f"{error.sentence}（{error.code.name}）"
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # the text of an exception may quote a row
            _log.error("benefits.edition %s: %s", work_id, type(error).__name__)
            found = TodokeError(ErrorCode.UNEXPECTED, kind=type(error).__name__)
            failure = f"{found.sentence}（{found.code.name}）"
        return end_edition_work(work=work, failure=failure, by=by)


def carry_on_all(*, by: Actor) -> list[EditionWork]:
    """Every open work that no process is at, one after the other; as each then stands."""
    return [carry_on(number, by=by) for number in edition_works.stopped()]


def _run(step: str, work: EditionWork, by: Actor) -> None:
    kind = WorkKind(work.kind)

    def do(meter: Meter) -> Counts:
        counts = _DOES[kind][step](work, by)
        meter.total(counts.taken)
        meter.advance(counts.taken)
        return counts

    title = f"{kind.label}：{STEPS[kind][step]}"
    run_step(ALIAS, edition_works.step_name(step), key=str(work.pk), by=by.staff_id, work=do, title=title)


def _all(number: int) -> Counts:
    return Counts(taken=number, accepted=number)


def _side(side: Side) -> _Work:
    def judged(work: EditionWork, by: Actor) -> Counts:
        found = judge_side(work=work, side=side, by=by)
        totals = {"residents": found.residents}
        return Counts(taken=found.households, accepted=found.households, totals=totals)

    return judged


def _kept(work: EditionWork, by: Actor) -> Counts:
    trial = keep_trial(work=work, by=by)
    totals = {"yen_before": trial.yen_before, "yen_after": trial.yen_after}
    return Counts(taken=trial.differing, accepted=trial.differing, totals=totals)


def _decided(work: EditionWork, by: Actor) -> Counts:
    (report,) = judging.decide(work.edition.programme, edition_works.round_name(work.edition), by=by)
    return report.counts


def _laid_out(work: EditionWork, by: Actor) -> Counts:
    (report,) = overview(work.edition.programme, by=by)
    return report.counts


_DOES: Final[dict[WorkKind, dict[str, _Work]]] = {
    WorkKind.TRIAL: {
        "inputs": lambda work, by: _all(gather_evidence(work=work, by=by)),
        "before": _side(Side.BEFORE),
        "after": _side(Side.AFTER),
        "compare": _kept,
    },
    WorkKind.JUDGING: {
        "decide": _decided,
        "overview": _laid_out,
        "compare": lambda work, by: _all(compare_runs(work=work, by=by)),
    },
}
