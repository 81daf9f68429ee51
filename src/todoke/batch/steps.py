"""The one runner of steps: exclusive, done once per key, counted, resumable after any stop."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connections, transaction

from todoke.batch.models import ControlTotal, StepRun, StepState
from todoke.batch.progress import Meter, meter
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

# A killed process is gone before its server session is: whoever resumes at once must not be told "in use"
_PATIENCE = 3.0
_PAUSE = 0.05

# PostgreSQL keeps the 64 bits of an advisory lock in two columns
_LOCKS = """
SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What a step took in, accepted and refused, and its control totals (yen or counts)."""

    taken: int
    accepted: int
    refused: int = 0
    totals: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class StepReport:
    """A finished step. `resumed` is true when it had been finished before and was not run again."""

    name: str
    key: str
    counts: Counts
    seconds: float
    resumed: bool


def run_step(
    alias: str, name: str, *, key: str, by: str, work: Callable[[Meter], Counts], title: str | None = None
) -> StepReport:
    """Run `work` unless the step `name` was already finished for `key` in the database `alias`.

    `work` must itself be safe to run again: it commits in pieces that it can recognise, or all at once.
    Raises STATE_CONFLICT when the same step is being run by another process.
    """
    with alone(alias, f"{name}/{key}"):
        done = _finished(alias, name, key)
        if done is not None:
            return done
        run = _start(alias, name, key, by, title or name)
        begun = time.monotonic()
        with meter(title or name) as shown:
            counts = work(shown)
        _finish(alias, run, counts)
        return StepReport(name=name, key=key, counts=counts, seconds=time.monotonic() - begun, resumed=False)


@contextmanager
def alone(alias: str, what: str) -> Iterator[None]:
    """Hold a session lock that the server frees by itself when this process dies.

    Raises STATE_CONFLICT when another process holds it and goes on holding it.
    """
    number = _lock_number(what)
    last = time.monotonic() + _PATIENCE
    while not _try_lock(alias, number):
        if time.monotonic() > last:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="同じ処理が別の画面または端末で実行中です")
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        if connections[alias].is_usable():
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])


def _try_lock(alias: str, number: int) -> bool:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        row = cursor.fetchone()
    return row is not None and bool(row[0])


def at_work(alias: str, runs: Iterable[StepRun]) -> set[int]:
    """Which of these steps a process is at right now (their numbers): it holds the lock; a stopped one holds none."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_LOCKS)
        held = {number for (number,) in cursor}
    return {run.pk for run in runs if _lock_number(f"{run.name}/{run.key}") in held}


def _lock_number(what: str) -> int:
    return int.from_bytes(hashlib.sha256(what.encode()).digest()[:8], signed=True)


def _finished(alias: str, name: str, key: str) -> StepReport | None:
    run = StepRun.objects.using(alias).filter(name=name, key=key, state=StepState.DONE).first()
    if run is None or run.finished_at is None:
        return None
    totals = {total.name: total.value for total in ControlTotal.objects.using(alias).filter(step=run)}
    counts = Counts(taken=run.taken, accepted=run.accepted, refused=run.refused, totals=totals)
    seconds = (run.finished_at - run.started_at).total_seconds()
    return StepReport(name=name, key=key, counts=counts, seconds=seconds, resumed=True)


def _start(alias: str, name: str, key: str, by: str, title: str) -> StepRun:
    with transaction.atomic(using=alias):
        run, created = StepRun.objects.using(alias).get_or_create(
            name=name,
            key=key,
            defaults={"state": StepState.RUNNING, "by": by, "title": title, "started_at": clock.now()},
        )
        if not created:
            run.attempts += 1
            run.save(using=alias, update_fields=["attempts"])
    return run


def _finish(alias: str, run: StepRun, counts: Counts) -> None:
    with transaction.atomic(using=alias):
        run.state, run.finished_at = StepState.DONE, clock.now()
        run.taken, run.accepted, run.refused = counts.taken, counts.accepted, counts.refused
        run.save(using=alias)
        ControlTotal.objects.using(alias).bulk_create(
            ControlTotal(step=run, name=total, value=value) for total, value in counts.totals.items()
        )
