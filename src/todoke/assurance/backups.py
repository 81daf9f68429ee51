"""控えの台帳の読み書き: what the site's backup process writes down, and the newest state for checks, board and alarms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from todoke.access.permissions import Actor
from todoke.assurance.models import Backup, BackupEvent, BackupStep
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record

_VERBS = {
    BackupStep.VERIFIED: "assurance:backup:verify",
    BackupStep.FAILED: "assurance:backup:verify",
    BackupStep.COPIED: "assurance:backup:copy",
    BackupStep.DRILLED: "assurance:backup:drill",
    BackupStep.REMOVED: "assurance:backup:remove",
}


@dataclass(frozen=True, kw_only=True)
class State:
    """When the newest backups were made, were found whole, lay elsewhere, and came back in a drill."""

    made: datetime | None
    verified: datetime | None
    copied: datetime | None
    drilled: datetime | None
    failed: datetime | None

    def age(self, moment: datetime | None) -> timedelta | None:
        """How long ago; None for never."""
        return clock.now() - moment if moment else None


def state(alias: str) -> State:
    """Of one directory database. `verified` and `copied`: when the newest such backup was *taken*; what was removed is gone."""
    removed = BackupEvent.objects.using(alias).filter(step=BackupStep.REMOVED).values("backup")
    there = Backup.objects.using(alias).exclude(pk__in=removed)

    def newest(step: BackupStep) -> datetime | None:
        found: datetime | None = there.filter(events__step=step).aggregate(at=Max("began_at"))["at"]
        return found

    proven = there.filter(name__in=verified_names(alias))
    return State(
        made=there.aggregate(at=Max("began_at"))["at"],
        verified=proven.aggregate(at=Max("began_at"))["at"],
        copied=newest(BackupStep.COPIED),
        failed=newest(BackupStep.FAILED),
        drilled=BackupEvent.objects.using(alias)
        .filter(step=BackupStep.DRILLED)
        .aggregate(at=Max("at"))["at"],
    )


def verified_names(alias: str) -> set[str]:
    """The backups that were found whole and never failed."""
    events = BackupEvent.objects.using(alias)
    failed = events.filter(step=BackupStep.FAILED).values("backup")
    return set(
        events.filter(step=BackupStep.VERIFIED)
        .exclude(backup__in=failed)
        .values_list("backup__name", flat=True)
    )


def note_made(
    alias: str, *, by: Actor, name: str, began_at: datetime, ended_at: datetime, rows: int, size: int
) -> None:
    """A backup was made."""
    with transaction.atomic(using=alias):
        Backup.objects.using(alias).create(
            name=name, began_at=began_at, ended_at=ended_at, rows=rows, size=size
        )
        record(alias, by=by, verb="assurance:backup:create", subject=name)


def note(alias: str, *, by: Actor, name: str, step: BackupStep, place: str = "") -> None:
    """Something happened to a backup. NOT_FOUND for one that is not in the register."""
    with transaction.atomic(using=alias):
        found = Backup.objects.using(alias).filter(name=name).first()
        if found is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="控え")
        BackupEvent.objects.using(alias).create(
            backup=found, step=step, place=place, by=by.staff_id, at=clock.now()
        )
        record(alias, by=by, verb=_VERBS[step], subject=name)
