"""接続の使い回し: a closed connection is laid aside and used again by whichever thread needs one to the same database.

A new connection costs several milliseconds of processor at both ends (SCRAM, a server process, its caches), more than
most messages. A connection of its own per thread and municipality would need threads × 1,788 of them: here only as many
are open as are in use, and `limit` more. Off until a serving process calls `keep`.
"""

from __future__ import annotations

import select
import sys
import threading
import weakref
from collections import OrderedDict
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

Place = tuple[str, str, str, str]
Raw = psycopg.Connection[Any]


class _Aside:
    """Idle connections, the one used last given out first; the oldest closed when there are more than `limit`."""

    def __init__(self) -> None:
        self.limit = 0
        self.tied: weakref.WeakSet[Raw] = weakref.WeakSet()
        self._idle: OrderedDict[Raw, Place] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, place: Place) -> Raw | None:
        with self._lock:
            found = next((raw for raw, where in reversed(self._idle.items()) if where == place), None)
            if found is not None:
                del self._idle[found]
        if found is None or _alive(found):
            return found
        found.close()
        self._forget(place)  # the server went away: so did all the others
        return None

    def lay(self, place: Place, raw: Raw) -> bool:
        """False when it cannot be used again."""
        if (
            not self.limit
            or raw in self.tied
            or raw.closed
            or raw.info.transaction_status is not TransactionStatus.IDLE
        ):
            return False
        with self._lock:
            self._idle[raw] = place
        self.trim()
        return True

    def trim(self) -> None:
        with self._lock:
            surplus = [self._idle.popitem(last=False)[0] for _ in range(len(self._idle) - self.limit)]
        for old in surplus:
            old.close()

    def _forget(self, place: Place) -> None:
        with self._lock:
            gone = [raw for raw, where in self._idle.items() if where == place]
            for raw in gone:
                del self._idle[raw]
        for raw in gone:
            raw.close()


_aside = _Aside()


def keep(limit: int) -> None:
    """Lay aside up to `limit` idle connections of this process from now on."""
    _aside.limit = limit
    _aside.trim()


def tie(raw: Raw) -> None:
    """It holds something of its session, such as an advisory lock: to be closed for good, unless `loosen` comes first."""
    _aside.tied.add(raw)


def loosen(raw: Raw) -> None:
    """What it held is given up."""
    _aside.tied.discard(raw)


def _alive(raw: Raw) -> bool:
    """Nothing waits to be read on an idle connection but the server's farewell."""
    try:
        if raw.closed:
            return False
        poll = select.poll()
        poll.register(raw.fileno(), select.POLLIN)
        return not poll.poll(0)
    except (OSError, ValueError, psycopg.Error):
        return False


class DatabaseWrapper(base.DatabaseWrapper):
    """As Django's; `close` lays the connection aside when `keep` was called."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Raw:
        """One that was laid aside, or a new one."""
        found = _aside.take(self._place())
        if found is None:
            made: Raw = super().get_new_connection(conn_params)
            # Django's None would forbid what `postgres.prepared` asks for
            made.prepare_threshold = sys.maxsize
            return made
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        return found

    def _close(self) -> None:
        if self.connection is not None and not _aside.lay(self._place(), self.connection):
            super()._close()  # type: ignore[misc]

    def _place(self) -> Place:
        known = self.settings_dict
        return (str(known["HOST"]), str(known["PORT"]), str(known["NAME"]), str(known["USER"]))
