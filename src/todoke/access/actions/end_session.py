"""サインインの強制終了, by an administrator."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory, sessions
from todoke.access.models import EndReason
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def end_session(*, staff_id: str, by: Actor) -> None:
    """End the live session of an ID at once. NOT_FOUND when there is none."""
    require(by, Permission.ACCESS_SESSION_END)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        if not sessions.end_sessions(alias, [staff_id], EndReason.ENDED, by=by.staff_id):
            raise TodokeError(ErrorCode.NOT_FOUND, what="サインイン中の職員ID")
        record(alias, by=by, verb=Permission.ACCESS_SESSION_END.value, subject=f"staff:{staff_id}")
