"""動いているサイトを確かめる: every check once, kept with what each said and how the promises stand by it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.checks import Site, State
from todoke.assurance.models import CheckResult, CheckRun
from todoke.assurance.standings import Standing, look, standings
from todoke.kernel import clock
from todoke.oplog.record import record


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One run and the standing of every promise of the realm by it."""

    run: CheckRun
    standings: list[Standing]

    def of(self, state: State) -> list[Standing]:
        """The promises that stand at `state`."""
        return [one for one in self.standings if one.state is state]


def run_checks(*, by: Actor) -> Looked:
    """Look at this site now. Errors: PERMISSION_DENIED."""
    require(by, Permission.ASSURANCE_CHECK)
    alias, site, now = directory.alias(), Site.running(), clock.now()
    verdicts = look(site)
    found = standings(site, verdicts)
    counts = {state.value: sum(one.state is state for one in found) for state in State}
    with transaction.atomic(using=alias):
        run = CheckRun.objects.using(alias).create(run_at=now, run_by=by.staff_id, **counts)
        CheckResult.objects.using(alias).bulk_create(
            CheckResult(
                run=run, check_name=one.check, state=one.state.value, why=list(one.why), looked_at=one.at
            )
            for one in verdicts.values()
        )
        subject = " ".join(f"{name}:{count}" for name, count in counts.items())
        record(alias, by=by, verb=Permission.ASSURANCE_CHECK.value, subject=subject)
    return Looked(run=run, standings=found)
