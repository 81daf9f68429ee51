"""遅れ: how long what must go on by itself has been waiting at this site: logs, backups, promises, deletions. Counts and seconds only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Min

from todoke.assurance import backups, queries
from todoke.assurance.checks import State
from todoke.assurance.disclosure.queries import days_left
from todoke.custody.flows import PurgeState
from todoke.custody.models import Purge
from todoke.exchange.metrics import Gauge, seconds_since
from todoke.oplog import sealing
from todoke.sites import realms

Labels = tuple[tuple[str, str], ...]


def gauges(aliases: Sequence[str]) -> list[Gauge]:
    """Of every log, the newest backups, the newest look at the promises, deletions and requests that wait for a person."""
    return [*_logs(aliases), *_backups(), *_promises(), _purges(aliases), *_requests()]


def _logs(aliases: Sequence[str]) -> list[Gauge]:
    found = {(("database", alias),): sealing.state(alias) for alias in aliases}
    return [
        Gauge(name="todoke_log_unsealed", help="Entries that wait for the sealer",
              values={labels: float(one.waiting) for labels, one in found.items()}),
        Gauge(name="todoke_log_oldest_unsealed_seconds", help="Age of the oldest unsealed entry",
              values={labels: float(int(one.lag_seconds)) for labels, one in found.items()}),
    ]  # fmt: skip


def _backups() -> list[Gauge]:
    """Nothing for what never was: an alarm rings for the absence."""
    state = backups.state(settings.TODOKE_DIRECTORY)
    ages: dict[Labels, float] = {}
    moments: dict[str, datetime | None] = {
        "made": state.made, "verified": state.verified, "copied": state.copied, "drilled": state.drilled,
    }  # fmt: skip
    for what, moment in moments.items():
        if moment is not None:
            ages[("what", what),] = seconds_since(moment)
    return [
        Gauge(name="todoke_backup_age_seconds", help="Since the newest backup was taken, by proof", values=ages),
        Gauge(name="todoke_backup_failed", help="1 when a backup that is kept failed its verification",
              values={(): float(state.failed is not None)}),
    ]  # fmt: skip


def _promises() -> list[Gauge]:
    """By the newest run of `todoke pia daily` or `check`: looking itself takes seconds."""
    alias = settings.TODOKE_DIRECTORY
    run = queries.newest_run(alias)
    declared = queries.verdicts_of(alias, run).get("classes_as_published")
    left = len(declared.why) if declared and declared.state is State.BROKEN else 0
    return [
        Gauge(name="todoke_promises_broken", help="Promises of the assessment that are broken",
              values={(): float(run.broken)} if run else {}),
        Gauge(name="todoke_promises_check_age_seconds", help="Since the promises were last looked at",
              values={(): seconds_since(run.run_at)} if run else {}),
        Gauge(name="todoke_assessment_classes_left", help="Classes of the published assessment that numbers have left",
              values={(): float(left)} if declared else {}),
    ]  # fmt: skip


def _requests() -> list[Gauge]:
    """Requests for disclosure, correction and suspension come to the city alone."""
    if realms.alias(realms.DIRECTORY, realms.Realm.CITY) != settings.TODOKE_DIRECTORY:
        return []
    left = days_left()
    return [
        Gauge(name="todoke_disclosure_days_left", help="Days until the soonest decision on a request is due",
              values={} if left is None else {(): float(left)}),
    ]  # fmt: skip


def _purges(aliases: Sequence[str]) -> Gauge:
    ages: dict[Labels, float] = {}
    for alias in aliases:
        waiting = Purge.objects.using(alias).filter(state__in=[PurgeState.REQUESTED, PurgeState.CONFIRMED])
        oldest = waiting.aggregate(at=Min("requested_at"))["at"]
        if oldest is not None:
            ages[("database", alias),] = seconds_since(oldest)
    return Gauge(
        name="todoke_purge_oldest_seconds",
        help="Since the oldest unfinished deletion was asked for",
        values=ages,
    )
