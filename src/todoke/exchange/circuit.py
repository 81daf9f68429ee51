"""送信の一時停止と再開 (circuit): a receiver that does not answer or does not accept is left alone, then tried again.

Per sender and receiver, for all kinds together, in the database of the outbox: every dispatcher of every process sees
the same state, and a restart forgets nothing. A pause ends by itself: when its time comes exactly one message is tried.
"""

from __future__ import annotations

import random
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from todoke.exchange.models import OutboxMessage, Pause, Receiver, ReceiverChange, ReceiverState
from todoke.kernel import clock

AFTER = 3
"""Messages without any answer, one after the other, before a receiver is left alone."""
FIRST, LONGEST = timedelta(seconds=1), timedelta(seconds=60)
"""A pause is doubled from FIRST up to LONGEST; LONGEST is also what one try may take before the next is made."""
_NOTED = timedelta(seconds=5)
_good: dict[tuple[str, str, str], float] = {}
"""When this process last found a receiver open and without failures (monotonic); trouble of its own ends it."""


def is_paused(alias: str, sender: str, receiver: str) -> bool:
    """Whether messages to the receiver wait now."""
    return _row(alias, sender, receiver).filter(state=ReceiverState.PAUSED).exists()


def may_send(alias: str, sender: str, receiver: str) -> bool:
    """Whether to send now. Of all who ask when a try is due, one hears True and the others go on waiting."""
    rows, now = _row(alias, sender, receiver), clock.now()
    state = rows.values_list("state", flat=True).first()
    if state != ReceiverState.PAUSED:
        return True
    _good.pop((alias, sender, receiver), None)  # somebody had trouble: an answer to this try is news
    due = rows.filter(state=ReceiverState.PAUSED, next_try_at__lte=now)
    return bool(due.update(next_try_at=now + LONGEST))


def is_good(alias: str, sender: str, receiver: str) -> bool:
    """Whether this process has just had an answer and no trouble since: then nobody need be asked before each message."""
    return (
        time.monotonic() - _good.get((alias, sender, receiver), -_NOTED.total_seconds())
        < _NOTED.total_seconds()
    )


def answered(alias: str, sender: str, receiver: str) -> None:
    """The receiver answered a message: sending goes on, with all that waited."""
    ends = (alias, sender, receiver)
    if is_good(*ends):
        return  # this process has noted it just now, and had no trouble since
    now = clock.now()
    if _row(alias, sender, receiver).filter(state=ReceiverState.OPEN).update(failures=0, last_good_at=now):
        _good[ends] = time.monotonic()
        return
    with transaction.atomic(using=alias):
        row = _locked(alias, sender, receiver)
        if row.state == ReceiverState.PAUSED:
            row.state, row.reason, row.next_try_at, row.since = ReceiverState.OPEN, "", None, now
            _note(alias, row)
            _try_now(alias, sender, receiver)
        row.failures, row.last_good_at = 0, now
        row.save(using=alias)


def unanswered(alias: str, sender: str, receiver: str) -> None:
    """Nobody answered: after some of these in a row, a pause; during a pause, a longer one."""
    _good.pop((alias, sender, receiver), None)
    with transaction.atomic(using=alias):
        row = _locked(alias, sender, receiver)
        row.failures += 1
        if row.state == ReceiverState.PAUSED or row.failures >= AFTER:
            _pause(alias, row, Pause.UNREACHABLE, clock.now() + _wait(row.failures - AFTER))
        row.save(using=alias)


def not_accepting(alias: str, sender: str, receiver: str, *, until: datetime | None = None) -> None:
    """The receiver said that it takes nothing now: a pause until then, or as long as one without an answer.

    A planned end is not trusted blindly: the receiver is tried at LONGEST intervals after it, as ever.
    """
    _good.pop((alias, sender, receiver), None)
    with transaction.atomic(using=alias):
        row = _locked(alias, sender, receiver)
        row.failures += 1
        now = clock.now()
        later = until if until and until > now else now + _wait(row.failures - 1)
        _pause(alias, row, Pause.NOT_ACCEPTING, later)
        row.save(using=alias)


def _row(alias: str, sender: str, receiver: str) -> QuerySet[Receiver]:
    return Receiver.objects.using(alias).filter(sender=sender, receiver=receiver)


def _locked(alias: str, sender: str, receiver: str) -> Receiver:
    Receiver.objects.using(alias).get_or_create(
        sender=sender, receiver=receiver, defaults={"since": clock.now()}
    )
    return _row(alias, sender, receiver).select_for_update().get()


def _pause(alias: str, row: Receiver, reason: Pause, until: datetime) -> None:
    if (row.state, row.reason) != (ReceiverState.PAUSED, reason):
        if row.state != ReceiverState.PAUSED:
            row.since = clock.now()
        row.state, row.reason = ReceiverState.PAUSED, reason
        _note(alias, row)
    row.next_try_at = until


def _note(alias: str, row: Receiver) -> None:
    ReceiverChange.objects.using(alias).create(
        sender=row.sender, receiver=row.receiver, state=row.state, reason=row.reason, at=clock.now()
    )


def _try_now(alias: str, sender: str, receiver: str) -> None:
    """What waited for the receiver waits no longer: the back-off of single messages ends with the pause."""
    now = clock.now()
    waiting = OutboxMessage.objects.using(alias).filter(
        sender=sender, receiver=receiver, state=OutboxMessage.State.WAITING, next_attempt_at__gt=now
    )
    waiting.update(next_attempt_at=now)


def _wait(step: int) -> timedelta:
    """FIRST, doubled with each step up to LONGEST, spread by ±20% so that senders do not come back as one."""
    wait: timedelta = min(FIRST * 2 ** min(max(step, 0), 20), LONGEST)
    return wait * random.uniform(0.8, 1.2)  # noqa: S311 - not a secret
