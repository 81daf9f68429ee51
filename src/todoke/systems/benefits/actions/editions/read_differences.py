"""改定で判定が変わる世帯の一覧: a look at households, so it is logged; protected ones stand there without their number."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record
from todoke.systems.benefits.models import DecisionRun, ProgrammeEdition
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.queries.editions import works as edition_works
from todoke.systems.benefits.queries.editions.proposals import Differences
from todoke.systems.benefits.rules.editions.work import WorkState

ALIAS = "benefits"
WITHHELD = "支援措置の対象"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What differs: by the decision that was made with the edition (`run`), else by its newest trial;
    nothing while a trial or a judging is open."""

    edition: ProgrammeEdition
    run: DecisionRun | None
    differences: Differences | None


def count_differences(*, number: int, by: Actor) -> Found:
    """The counts without any household."""
    require(by, Permission.BENEFITS_PROGRAMME_READ)
    return _find(number, listed=False)


def read_differences(*, number: int, by: Actor) -> Found:
    """With the households, the protected ones masked unless the actor may see them."""
    require(by, Permission.BENEFITS_PROGRAMME_READ)
    found = _find(number, listed=True)
    if found.differences is None:
        return found
    rows = found.differences.rows
    if not by.may_somewhere(Permission.BENEFITS_PROTECTION_READ):
        rows = [
            replace(row, household_key=WITHHELD, case_number="") if row.protected else row for row in rows
        ]
    with transaction.atomic(using=ALIAS):
        subject = f"programme {found.edition.programme} {found.edition.edition}"
        record(ALIAS, by=by, verb="benefits:programme:differences", subject=subject, persons=len(rows))
    return replace(found, differences=replace(found.differences, rows=rows))


def _find(number: int, *, listed: bool) -> Found:
    edition = editions.edition(number)
    work = edition_works.newest(edition)
    if work is not None and work.state == WorkState.OPEN:
        return Found(edition=edition, run=None, differences=None)
    run = editions.judged_with(edition)
    if run is not None:
        return Found(edition=edition, run=run, differences=editions.run_differences(run, listed=listed))
    trial = editions.newest_trial(edition)
    differences = None if trial is None else editions.trial_differences(trial, listed=listed)
    return Found(edition=edition, run=None, differences=differences)
