"""警報を残す: a row for a person to look into, and an entry of the log."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from todoke.access.models import Alarm
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.oplog.who import Who

TWO_TERMINALS: Final = "two_terminals"
"""共用IDの疑い: the right password of an ID that is signed in at another terminal."""
TOKEN_ELSEWHERE: Final = "token_elsewhere"  # noqa: S105 - the kind of an alarm
"""A session was used from another terminal than its own."""
TRIES_EXHAUSTED: Final = "tries_exhausted"
"""The hard cap of failed tries was reached; the ID is locked."""


def ring(alias: str, kind: str, *, by: Who, detail: str) -> None:
    """Keep an alarm for good. In a transaction of its own: call it outside of any other."""
    with transaction.atomic(using=alias):
        Alarm.objects.using(alias).create(
            at=clock.now(), kind=kind, staff_id=by.staff_id, terminal=by.terminal, detail=detail
        )
        record(alias, by=by, verb="access:alarm:ring", subject=f"{kind}:{detail}")
