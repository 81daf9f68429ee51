"""月ごとの区画: the partitions of the log, made before they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from todoke.kernel import clock
from todoke.oplog.segments import month_of

_known: set[tuple[str, str, date]] = set()


def ensure(alias: str, at: datetime) -> None:
    """Make sure that the month of `at` has its partition. Asks the database once per month and process.

    In a transaction of its own, over before the first entry is written: what waits for it, waits milliseconds.
    Raises django.db.IntegrityError for a month that was lawfully deleted or lies years ahead.
    """
    month = month_of(at)
    key = (alias, str(connections[alias].settings_dict["NAME"]), month)
    if key not in _known:
        with own_connection(alias) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT oplog_open_month(%s)", [month])
        _known.add(key)


def forget(alias: str, month: date) -> None:
    """A month's partition is gone: ask the database again before the next write."""
    _known.discard((alias, str(connections[alias].settings_dict["NAME"]), month))


def ensure_ahead(alias: str) -> None:
    """Make the partitions of this month and the next; the sealer does so, long before the first write."""
    now = clock.now()
    ensure(alias, now)
    ensure(alias, next_start(month_of(now)))


def start_of(month: date) -> datetime:
    """The moment at which a month begins in Japan; `month` is its first day."""
    return datetime.combine(month, datetime.min.time(), tzinfo=clock.JAPAN)


def next_start(month: date) -> datetime:
    """The moment at which the month after begins."""
    return start_of((month + timedelta(days=31)).replace(day=1))


@contextmanager
def own_connection(alias: str) -> Iterator[BaseDatabaseWrapper]:
    """A connection beside the thread's own when that one is in a transaction, whose fate must not be shared."""
    connection = connections[alias]
    if not connection.in_atomic_block:
        yield connection
        return
    beside = connection.copy(alias)
    try:
        yield beside
    finally:
        beside.close()
