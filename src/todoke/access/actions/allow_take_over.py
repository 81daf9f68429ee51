"""引継ぎの許可: a supervisor lets somebody whose session is stuck elsewhere sign in anew (exchange.md §f)."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.models import Session
from todoke.access.permissions import Actor, Permission, require
from todoke.access.sessions import TAKE_OVER_LIFE
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def allow_take_over(*, staff_id: str, by: Actor) -> None:
    """For five minutes the person's next full sign-in ends the live session and begins a new one, in one statement.

    The old terminal is told at its next request. Errors: SAME_PERSON, NOT_FOUND (nobody signed in with that ID).
    """
    require(by, Permission.ACCESS_SESSION_TAKE_OVER)
    if staff_id == by.staff_id:
        raise TodokeError(ErrorCode.SAME_PERSON)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        live = Session.objects.using(alias).filter(staff_id=staff_id, ended_at__isnull=True)
        until = clock.now() + TAKE_OVER_LIFE
        if not live.update(take_over_by=by.staff_id, take_over_until=until):
            raise TodokeError(ErrorCode.NOT_FOUND, what="サインイン中の職員ID")
        verb, subject = Permission.ACCESS_SESSION_TAKE_OVER.value, f"staff:{staff_id}"
        record(alias, by=by, verb=verb, subject=subject)
