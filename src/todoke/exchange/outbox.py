"""送信箱 (outbox): a message leaves only after the transaction that wrote it (DESIGN law 5)."""

from __future__ import annotations

import threading
import weakref
from functools import partial
from typing import NamedTuple

from django.db import connections, transaction

from todoke.exchange import bodies, envelope, kinds, parties
from todoke.exchange.kinds import A, MessageKind, Q
from todoke.exchange.models import OutboxMessage
from todoke.kernel.errors import ErrorCode, TodokeError


class Sent(NamedTuple):
    """Where something was sent: which messages a queue is made of."""

    alias: str
    sender: str
    receiver: str
    contract: str


class Bell:
    """Wakes one dispatcher and tells it which queues have something new."""

    def __init__(self) -> None:
        self._rung = threading.Event()
        self._sent: set[Sent] = set()
        self._lock = threading.Lock()

    def ring(self, sent: Sent) -> None:
        with self._lock:
            self._sent.add(sent)
        self._rung.set()

    def wait(self, timeout: float) -> None:
        """Until it is rung, or has been since `heard`, or `timeout` seconds have passed."""
        self._rung.wait(timeout)

    def heard(self) -> set[Sent]:
        """What it was rung for since the last call."""
        self._rung.clear()
        with self._lock:
            sent, self._sent = self._sent, set()
        return sent


_INSERT = """
INSERT INTO exchange_outbox (sender, receiver, contract, message_key, body, body_sha256)
VALUES (%s, %s, %s, %s, %b, %s)
ON CONFLICT (sender, receiver, message_key) DO NOTHING
RETURNING id
"""
_REPLACE = "UPDATE exchange_outbox SET body = %b, body_sha256 = %s WHERE id = %s RETURNING id"
_bells: weakref.WeakSet[Bell] = weakref.WeakSet()
_bells_lock = threading.Lock()


def send(alias: str, *, sender: str, receiver: str, kind: MessageKind[Q, A], body: Q, key: str) -> None:
    """Put a message into the outbox of `alias`, in the caller's transaction.

    `key` (idempotency key, ≤ 200 printable characters, no personal data) is unique per sender and receiver:
    the same key with the same content is a no-op, with another content MESSAGE_CONFLICT. STATE_CONFLICT
    outside a transaction.
    """
    if not connections[alias].in_atomic_block:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="電文は取引の中でだけ送れます")
    if not envelope.is_message_key(key):
        raise TodokeError(ErrorCode.MESSAGE_INVALID, detail="電文キーの形式が違います")
    data = kinds.encode(body)
    digest = envelope.sha256(data)
    kept = bodies.sealed(alias, data, bodies.outbox_row(sender, receiver, key))
    values = (parties.parse(sender), parties.parse(receiver), kind.name, key, kept, digest)
    if bodies.fetch(alias, _INSERT, values):
        transaction.on_commit(partial(_ring, Sent(alias, sender, receiver, kind.name)), using=alias)
        return
    first = OutboxMessage.objects.using(alias).filter(sender=sender, receiver=receiver, message_key=key)
    if first.values_list("contract", "body_sha256").get() != (kind.name, digest):
        raise TodokeError(ErrorCode.MESSAGE_CONFLICT, detail=kind.name)


def replace(alias: str, message: int, body: Q) -> None:
    """Put another body into a waiting message, under its key, in the caller's transaction.

    Was it sent before and did its answer get lost, the receiver refuses the other content (MESSAGE_CONFLICT) and keeps
    what it has: what was done is not undone, and what the parties know differs, for `compare_records` to find.
    """
    row = OutboxMessage.objects.using(alias).get(pk=message, state=OutboxMessage.State.WAITING)
    data = kinds.encode(body)
    kept = bodies.sealed(alias, data, bodies.outbox_row(row.sender, row.receiver, row.message_key))
    bodies.fetch(alias, _REPLACE, (kept, envelope.sha256(data), message))


def wake_on_send(bell: Bell) -> None:
    """Ring `bell` whenever something was sent in this process; forgotten with the bell itself."""
    with _bells_lock:
        _bells.add(bell)


def _ring(sent: Sent) -> None:
    with _bells_lock:
        for bell in _bells:
            bell.ring(sent)
