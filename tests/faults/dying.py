"""kill -9 and a full disk at the n-th statement or commit, wherever that is."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from todoke.engine import postgres

WRITES = ("INSERT", "UPDATE", "DELETE", "WITH", "CREATE", "COPY")


def killed_at(point: int, work: Callable[[], object]) -> bool:
    """Do the work in a forked process that kills itself at the n-th statement or commit; whether it was killed.

    A commit counts twice: the process dies before it, or after it but before anybody hears of it.
    """
    pid = forked(point, work)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def forked(point: int, work: Callable[[], object]) -> int:
    """Begin such a process; its id. Point 0: it is never killed from inside."""
    connections.close_all()  # the child must not speak on our connections
    pid = os.fork()
    if pid:
        return pid
    try:
        if point:
            _die_at(point)
        work()
    finally:
        os._exit(0)


def _die_at(point: int) -> None:
    count = 0

    def here(*_: object) -> None:
        nonlocal count
        count += 1
        if count >= point:
            os.kill(os.getpid(), signal.SIGKILL)

    execute, commit, prepared = CursorWrapper.execute, BaseDatabaseWrapper._commit, postgres.prepared

    def dying_prepared(*arguments: Any) -> Any:
        here()
        return prepared(*arguments)

    def dying_execute(self: Any, *arguments: Any, **named: Any) -> Any:
        here()
        return execute(self, *arguments, **named)

    def dying_commit(self: Any) -> Any:
        here()
        done = commit(self)
        here()
        return done

    CursorWrapper.execute, BaseDatabaseWrapper._commit = dying_execute, dying_commit  # type: ignore[method-assign, assignment]
    postgres.prepared = dying_prepared


@contextmanager
def full_disk(alias: str, *, from_write: int = 1, writes: int = 10**9) -> Iterator[list[int]]:
    """The database has no room: PostgreSQL's own error (53100) from the n-th write on, simulated, since its data lie
    on the disk of this machine. `alias` "" means any database. Yields the number of writes refused so far."""
    refused, count = [0], [0]

    def here(where: str, statement: object) -> None:
        if alias in ("", where) and str(statement).lstrip().upper().startswith(WRITES):
            count[0] += 1
            if from_write <= count[0] < from_write + writes:
                refused[0] += 1
                raise psycopg.errors.DiskFull("could not extend file: No space left on device")

    execute, copy_in, prepared = CursorWrapper.execute, postgres.copy_in, postgres.prepared

    def full_prepared(where: str, statement: str, *arguments: Any) -> Any:
        try:
            here(where, statement)
        except psycopg.errors.DiskFull as error:
            raise OperationalError(*error.args) from error
        return prepared(where, statement, *arguments)

    def full_execute(self: Any, sql: Any, *arguments: Any, **named: Any) -> Any:
        try:
            here(self.db.alias, sql)
        except psycopg.errors.DiskFull as error:
            if self.db.in_atomic_block:
                self.db.needs_rollback = True
            raise OperationalError(*error.args) from error
        return execute(self, sql, *arguments, **named)

    def full_copy(where: str, table: str, rows: Any) -> int:
        here(where, "COPY")
        return copy_in(where, table, rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CursorWrapper, "execute", full_execute)
        patch.setattr(postgres, "copy_in", full_copy)
        patch.setattr(postgres, "prepared", full_prepared)
        yield refused
