"""警報を残す: a row for a person to look into, and an entry of the log."""

from __future__ import annotations

from datetime import timedelta
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
SEARCHED_TOO_OFTEN: Final = "searched_too_often"
"""Somebody searched persons by number more often than work asks for."""


REPLICA_DAMAGED: Final = "replica_damaged"
"""A municipality's copy does not open: it was altered, or its key generation is gone. Register it again (副本の照合)."""
HELD_OVERDUE: Final = "held_overdue"
"""A municipality has not decided on requests that it holds back (自動応答不可)."""


def ring_hourly(
    alias: str, kind: str, *, by: Who, detail: str, within: timedelta = timedelta(hours=1)
) -> None:
    """Ring unless the same alarm about the same ID rang `within` that time: one who goes on does not drown the others."""
    since = clock.now() - within
    if not Alarm.objects.using(alias).filter(kind=kind, staff_id=by.staff_id, at__gt=since).exists():
        ring(alias, kind, by=by, detail=detail)


def ring(alias: str, kind: str, *, by: Who, detail: str) -> None:
    """Keep an alarm for good. In a transaction of its own: call it outside of any other."""
    with transaction.atomic(using=alias):
        Alarm.objects.using(alias).create(
            at=clock.now(), kind=kind, staff_id=by.staff_id, terminal=by.terminal, detail=detail
        )
        record(alias, by=by, verb="access:alarm:ring", subject=f"{kind}:{detail}")
