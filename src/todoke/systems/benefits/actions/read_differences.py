"""改定で判定が変わる世帯の一覧: a look at households, so it is logged; protected ones stand there without their number."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record
from todoke.systems.benefits.models import DecisionRun, ProgrammeEdition
from todoke.systems.benefits.queries import editions
from todoke.systems.benefits.queries.editions import Differences

ALIAS = "benefits"
WITHHELD = "支援措置の対象"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What differs: by the decision that was made with the edition (`run`), else by its newest trial."""

    edition: ProgrammeEdition
    run: DecisionRun | None
    differences: Differences | None


def count_differences(*, number: int, by: Actor) -> Found:
    """The counts without any household."""
    require(by, Permission.BENEFITS_PROGRAMME_READ)
    found = _find(number)
    if found.differences is None:
        return found
    return replace(found, differences=replace(found.differences, rows=[]))


def read_differences(*, number: int, by: Actor) -> Found:
    """With the households, the protected ones masked unless the actor may see them."""
    require(by, Permission.BENEFITS_PROGRAMME_READ)
    found = _find(number)
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


def _find(number: int) -> Found:
    edition = editions.edition(number)
    run = editions.judged_with(edition)
    if run is not None:
        return Found(edition=edition, run=run, differences=editions.run_differences(run))
    trial = editions.newest_trial(edition)
    return Found(
        edition=edition, run=None, differences=None if trial is None else editions.trial_differences(trial)
    )
