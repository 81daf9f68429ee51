"""配送 (Dispatcher): carries outboxes to their doors; every message settled once, in order, whatever dies.

A queue is (alias, sender, receiver, contract). One dispatcher at a time owns a queue, by a PostgreSQL session
lock: it ends with the connection, so a killed process holds nobody up. No transaction is open while a message
is on its way, so a slow receiver holds back neither vacuum nor the sealing of the operation log. To a receiver that
does not answer nothing is sent but one try at a time (circuit).
"""

from __future__ import annotations

import logging
import queue
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import Error as DatabaseError
from django.db import connections

from todoke.engine import postgres
from todoke.engine.kept import base as kept
from todoke.exchange import circuit, delivery, handlers, outbox, parcels
from todoke.exchange.transport import Transport
from todoke.kernel import clock

_log = logging.getLogger("todoke.exchange")

_HEADS = """
SELECT h.receiver, h.contract, h.next_attempt_at, r.next_try_at FROM (
    SELECT DISTINCT ON (receiver, contract) sender, receiver, contract, next_attempt_at
    FROM exchange_outbox WHERE sender = %s AND state = 'waiting'
    ORDER BY receiver, contract, id
) h LEFT JOIN exchange_receiver r ON r.sender = h.sender AND r.receiver = h.receiver AND r.state = 'paused'
"""

_OWN = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
_GIVE_UP = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"
_FAREWELL = 10.0
"""Seconds that `run` waits at the end for messages on their way."""


@dataclass(frozen=True)
class Queue:
    """Messages of one kind from one party to another, delivered in the order they were sent."""

    alias: str
    sender: str
    receiver: str
    contract: str
    trial: bool = field(default=False, compare=False)
    """The receiver was found paused, and a try is due: whoever gets to make it asks `circuit`."""

    @property
    def lock(self) -> str:
        return f"outbox\x1f{self.sender}\x1f{self.receiver}\x1f{self.contract}"


class Dispatcher:
    """`parties`: party → alias of its outbox; a row is sent only in the name of the party of its database.

    `poll`: seconds between looks when nothing wakes it. `longest_wait`: cap of the back-off after a failure.
    """

    def __init__(
        self,
        transport: Transport,
        parties: Mapping[str, str],
        *,
        workers: int = 8,
        poll: float = 0.1,
        longest_wait: timedelta = timedelta(seconds=10),
    ) -> None:
        self._transport = transport
        self._parties = dict(parties)
        self._workers = workers
        self._poll = poll
        self._longest_wait = longest_wait
        self._bell = outbox.Bell()
        self._busy: dict[Queue, bool] = {}
        """Queues that a worker has, and whether more was found in them meanwhile."""
        self._busy_lock = threading.Lock()
        outbox.wake_on_send(self._bell)
        self._look_at: dict[str, float] = {}
        self._served: dict[Queue, float] = {}

    def waiting(self) -> int:
        """Messages not settled yet, in all outboxes."""
        return sum(delivery.count_waiting(alias, sender) for sender, alias in self._parties.items())

    def drain(self, timeout: float) -> int:
        """Deliver in this thread until nothing waits or `timeout` seconds have passed; how many it settled.

        Messages that another dispatcher is delivering are waited for. See `waiting` for what is left.
        """
        end = time.monotonic() + timeout
        settled = 0
        while True:
            self._bell.heard()
            moved, waiting = 0, True
            try:
                queues, waiting = self._look(self._parties.values())
                for item in queues:
                    moved += self._serve(item, lambda: time.monotonic() > end)
            except DatabaseError as error:
                _reconnect(error)
            settled += moved
            left = end - time.monotonic()
            if not waiting or left <= 0:
                return settled
            if not moved:
                self._bell.wait(min(self._poll, left))

    def run(self, stop: threading.Event) -> None:
        """Deliver with worker threads until `stop` is set; messages on their way get some seconds to finish.

        One that does not finish is sent again later with its key, so nothing is lost or done twice.
        """
        tasks: queue.SimpleQueue[Queue | None] = queue.SimpleQueue()
        threads = [
            threading.Thread(target=self._work, args=(tasks, stop), name=f"dispatch-{number}", daemon=True)
            for number in range(self._workers)
        ]
        for thread in threads:
            thread.start()
        try:
            while not stop.is_set():
                self._assign(tasks)
                self._bell.wait(self._poll)
        finally:
            for _ in threads:
                tasks.put(None)
            end = time.monotonic() + _FAREWELL
            for thread in threads:
                thread.join(max(0, end - time.monotonic()))
            connections.close_all()

    def _assign(self, tasks: queue.SimpleQueue[Queue | None]) -> None:
        """Queues into which this process has put something, at once; what else is due, as the outboxes' turns come."""
        queues = [Queue(*sent) for sent in self._bell.heard() if self._parties.get(sent.sender) == sent.alias]
        now = time.monotonic()
        aliases = [alias for alias in self._parties.values() if self._look_at.get(alias, 0.0) <= now]
        try:
            queues += self._look(aliases)[0]
        except DatabaseError as error:
            _reconnect(error)
            self._look_at.clear()
        self._give_back(aliases)
        with self._busy_lock:
            for item in queues:
                if item in self._busy:
                    self._busy[item] = True
                elif not self._is_early(item):
                    self._busy[item] = False
                    tasks.put(item)

    def _work(self, tasks: queue.SimpleQueue[Queue | None], stop: threading.Event) -> None:
        try:
            while (item := tasks.get()) is not None:
                try:
                    if not stop.is_set():
                        self._serve(item, lambda: stop.is_set() or self._yields(item, tasks))
                except DatabaseError as error:
                    _reconnect(error)
                self._give_back([item.alias])
                with self._busy_lock:
                    if self._busy.pop(item) and not self._is_early(item):
                        self._busy[item] = False
                        tasks.put(item)
        finally:
            connections.close_all()

    def _yields(self, item: Queue, tasks: queue.SimpleQueue[Queue | None]) -> bool:
        """Whether a worker leaves its queue for now because others wait for one: a busy queue must not keep them out."""
        if tasks.empty():
            return False
        with self._busy_lock:
            self._busy[item] = True  # what is left in it takes its turn behind them
        return True

    def _is_early(self, item: Queue) -> bool:
        """Whether the queue's kind lets what comes gather for a while yet; if not, it is served now."""
        kind, now = handlers.joinable(item.contract), time.monotonic()
        if kind is not None and kind.gathers and now < self._served.get(item, -kind.gathers) + kind.gathers:
            return True
        self._served[item] = now
        return False

    def _give_back(self, aliases: Iterable[str]) -> None:
        """Threads of a site with many outboxes hold no connection that they do not use: threads × databases would be too many."""
        if len(self._parties) > 1:
            for alias in aliases:
                connections[alias].close()

    def _look(self, aliases: Iterable[str]) -> tuple[list[Queue], bool]:
        """Queues whose first message is due, and whether anything waits at all, in these outboxes.

        An outbox is looked into again after `poll` when something in it waits for its time, otherwise after `poll` ×
        outboxes / 4: only what another process of the site has sent is found no sooner.
        """
        due: list[Queue] = []
        anything, wanted = False, set(aliases)
        idle = self._poll * max(1.0, len(self._parties) / 4)
        now = clock.now()
        for sender, alias in self._parties.items():
            if alias not in wanted:
                continue
            early = False
            heads, _ = postgres.prepared(alias, _HEADS, [sender])
            for receiver, contract, next_attempt_at, next_try_at in heads:
                anything = True
                if next_attempt_at <= now and (next_try_at or now) <= now:
                    due.append(Queue(alias, sender, receiver, contract, trial=next_try_at is not None))
                else:
                    early = True
            self._look_at[alias] = time.monotonic() + (self._poll if early else idle)
        return due, anything

    def _serve(self, item: Queue, is_over: Callable[[], bool]) -> int:
        """Deliver a queue's due messages in order, one at least; stop at the first that does not get through."""
        settled = 0
        with _owned(item) as mine:
            while mine and not (settled and is_over()):
                message = parcels.first_due(
                    item.alias, item.sender, item.receiver, item.contract, clock.now()
                )
                ends = (item.alias, item.sender, item.receiver)
                if message is None or (
                    (item.trial or not circuit.is_good(*ends)) and not circuit.may_send(*ends)
                ):
                    break
                moved = delivery.deliver(self._transport, item.alias, message, self._back_off)
                if moved is None:
                    break
                settled += moved
        return settled

    def _back_off(self, attempts: int) -> timedelta:
        """0.1 s, doubled each time up to the cap, spread by ±20% so that senders do not come back as one."""
        wait = min(timedelta(seconds=0.1 * 2 ** min(attempts, 20)), self._longest_wait)
        return wait * random.uniform(0.8, 1.2)  # noqa: S311 - not a secret


def _reconnect(error: DatabaseError) -> None:
    """The database went away or was restarted: drop this thread's connections, the next look opens new ones."""
    _log.warning("送信箱を読み書きできません（%s）。続けて試みます。", type(error).__name__)
    connections.close_all()


@contextmanager
def _owned(item: Queue) -> Iterator[bool]:
    """Whether this connection now owns the queue; given up at the end, or by PostgreSQL when we die."""
    connection = connections[item.alias]
    ((mine,),) = postgres.prepared(item.alias, _OWN, [item.lock])[0]
    session = connection.connection
    if mine:
        kept.tie(session)  # whoever closes it meanwhile ends the lock with it
    try:
        yield mine
    finally:
        if mine and connection.connection is session:
            with suppress(DatabaseError):  # the session is gone, and its lock with it
                postgres.prepared(item.alias, _GIVE_UP, [item.lock])
                kept.loosen(session)
