"""試行の制限: from the 5th failure on 30 seconds of silence, doubling to an hour; after 50 a lock and an alarm.

NIST SP 800-63B §3.2.2.
Counted per ID, never per address: an ID that nobody has is counted, too, so that it looks like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from typing import Final

from django.db import transaction

from todoke.access.models import Attempts
from todoke.kernel import clock

FREE_TRIES: Final = 5
DELAY: Final = timedelta(seconds=30)
LONGEST_DELAY: Final = timedelta(hours=1)
HARD_CAP: Final = 50
PASSWORD: Final = "password"  # noqa: S105 - the kind of a check


class Try(Enum):
    """How one try ended. CAPPED: this failure reached the cap; BLOCKED: not even looked at."""

    RIGHT = "right"
    WRONG = "wrong"
    CAPPED = "capped"
    BLOCKED = "blocked"


def attempt(alias: str, staff_id: str, kind: str, check: Callable[[], bool]) -> Try:
    """Run `check` unless too many failed before; tries at one ID wait for each other, so none escapes the count."""
    with transaction.atomic(using=alias):
        rows = Attempts.objects.using(alias).filter(staff_id=staff_id, kind=kind)
        Attempts.objects.using(alias).bulk_create(
            [Attempts(staff_id=staff_id, kind=kind, last_at=clock.now())], ignore_conflicts=True
        )
        row = rows.select_for_update().get()
        if row.failures >= HARD_CAP or clock.now() < row.last_at + delay(row.failures):
            return Try.BLOCKED
        if check():
            rows.update(failures=0, last_at=clock.now())
            return Try.RIGHT
        rows.update(failures=row.failures + 1, last_at=clock.now())
        return Try.CAPPED if row.failures + 1 == HARD_CAP else Try.WRONG


def delay(failures: int) -> timedelta:
    """How long nothing is looked at after so many failures in a row."""
    if failures < FREE_TRIES:
        return timedelta(0)
    doubled: timedelta = DELAY * 2 ** min(failures - FREE_TRIES, 16)
    return min(doubled, LONGEST_DELAY)


def wait(alias: str, staff_id: str, kind: str) -> timedelta | None:
    """How long nothing of this ID will be looked at; None once it is locked (until `reset`)."""
    row = Attempts.objects.using(alias).filter(staff_id=staff_id, kind=kind).first()
    if row is None:
        return timedelta(0)
    if row.failures >= HARD_CAP:
        return None
    return max(row.last_at + delay(row.failures) - clock.now(), timedelta(0))


def reset(alias: str, staff_id: str) -> None:
    """Forget the failures of an ID: an administrator issued a new password."""
    Attempts.objects.using(alias).filter(staff_id=staff_id).update(failures=0)
