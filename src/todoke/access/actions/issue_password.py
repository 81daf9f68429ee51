"""パスワードの発効: the administrator issues one that the person must replace at first use (PIA III.3)."""

from __future__ import annotations

from django.db import transaction

from todoke.access import attempts, directory, passwords, sessions
from todoke.access.models import EndReason, Staff
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def issue_password(*, staff_id: str, by: Actor) -> str:
    """A new password, told this once; failed tries are forgotten, a live session ends. SAME_PERSON, NOT_FOUND."""
    require(by, Permission.ACCESS_PASSWORD_RESET)
    if staff_id == by.staff_id:
        raise TodokeError(ErrorCode.SAME_PERSON)
    alias, password = directory.alias(), passwords.generate()
    kept = passwords.hashed_generated(password)
    with transaction.atomic(using=alias):
        person = Staff.objects.using(alias).select_for_update().filter(pk=staff_id).first()
        if person is None or (person.left_on is not None and person.left_on <= clock.today()):
            raise TodokeError(ErrorCode.NOT_FOUND, what="在職する職員のID")
        passwords.keep(alias, staff_id, kept, by=by.staff_id, must_change=True)
        attempts.reset(alias, staff_id)
        sessions.end_sessions(alias, [staff_id], EndReason.ENDED, by=by.staff_id)
        record(alias, by=by, verb=Permission.ACCESS_PASSWORD_RESET.value, subject=f"staff:{staff_id}")
    return password
