"""まとめて送る (parcels): messages of one queue that wait together travel as one, where their kind can be joined.

A message that goes alone costs a signature, a request and two transactions at either end; thirty in one parcel cost
the same. Nobody waits for a parcel to fill: it takes what has come while the queue was busy, so that a quiet queue
sends at once and a busy one sends much. Which messages make a parcel is committed before it is first sent and never
changes: a repeat has the same key and the same bytes, and the receiver handles it once. A parcel that is refused is
untied, and each message then goes alone, so that one bad message is refused for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any, Final, LiteralString

from todoke.engine import postgres
from todoke.exchange import bodies, envelope, handlers, kinds
from todoke.exchange.kinds import MessageKind
from todoke.exchange.message_id import new_message_id
from todoke.kernel.errors import ErrorCode, TodokeError

MAX_BYTES: Final = 256 << 10
"""Bodies of a parcel together; a larger message goes alone."""
_MANY: Final = 100

_COLUMNS = "id, message_key, body, attempts, next_attempt_at, parcel, sent_sha256"
_WAITING = f"""
SELECT {_COLUMNS} FROM (
    SELECT *, sum(octet_length(body)) OVER (ORDER BY id) AS total, row_number() OVER (ORDER BY id) AS place FROM (
        SELECT {_COLUMNS} FROM exchange_outbox
        WHERE sender = %s AND receiver = %s AND contract = %s AND state = 'waiting' ORDER BY id LIMIT %s
    ) AS first
) AS summed WHERE place = 1 OR total <= %s ORDER BY id
"""
_TIED = f"""
SELECT {_COLUMNS} FROM exchange_outbox
WHERE sender = %s AND receiver = %s AND contract = %s AND state = 'waiting' AND parcel = %s ORDER BY id
"""
_TIE = """
UPDATE exchange_outbox SET parcel = %s, sent_sha256 = %s WHERE id = ANY(%s) AND state = 'waiting' AND parcel = ''
"""
_SENT = "UPDATE exchange_outbox SET sent_sha256 = %s WHERE id = ANY(%s) AND parcel <> ''"
_UNTIE = "UPDATE exchange_outbox SET parcel = message_key, sent_sha256 = body_sha256 WHERE id = ANY(%s)"


@dataclass(frozen=True)
class Message:
    """What is sent next under one key: one waiting message, or several as one. `ids`, `parts`: their rows and bodies.

    `trouble`: why it cannot be sent now (the body cannot be opened); the first message then stands for those behind it.
    """

    sender: str
    receiver: str
    contract: str
    ids: tuple[int, ...]
    key: str
    body: bytes
    attempts: int
    parts: tuple[bytes, ...] = ()
    trouble: TodokeError | None = None


@dataclass(frozen=True)
class _Row:
    id: int
    key: str
    body: bytes
    attempts: int
    next_attempt_at: datetime
    parcel: str
    sent_sha256: str


def first_due(alias: str, sender: str, receiver: str, contract: str, now: datetime) -> Message | None:
    """What is to be sent next of a queue, if its time has come; those behind it wait with it."""
    ends = (sender, receiver, contract)
    kind = handlers.joinable(contract)
    rows = _read(alias, _WAITING, (*ends, _MANY if kind else 1, MAX_BYTES))
    if not rows or rows[0].next_attempt_at > now:
        return None
    head = rows[0]
    try:
        return _next(alias, ends, kind, rows)
    except TodokeError as error:  # KEY_WITHDRAWN, INPUT_CHANGED: whoever delivers notes it and waits
        return Message(*ends, (head.id,), head.key, b"", head.attempts, trouble=error)


def _next(
    alias: str, ends: tuple[str, str, str], kind: MessageKind[Any, Any] | None, rows: Sequence[_Row]
) -> Message | None:
    if kind is not None and rows[0].parcel:
        tied = _opened(alias, ends, _read(alias, _TIED, (*ends, rows[0].parcel)))
        return _message(ends, tied, rows[0].parcel, _again(alias, kind, tied))
    rows = _opened(alias, ends, rows)
    if kind is None:
        return _message(ends, rows[:1], rows[0].key, rows[0].body)
    chosen, body = _fitting(kind, rows)
    key = chosen[0].key if len(chosen) == 1 else f"parcel/{new_message_id()}"
    ids = [row.id for row in chosen]
    if postgres.prepared(alias, _TIE, [key, envelope.sha256(body), ids])[1] != len(ids):
        return None  # somebody else owns the queue by now
    return _message(ends, chosen, key, body)


def change(alias: str, ids: Sequence[int]) -> None:
    """Let the parcel travel with what its messages say now, under its key. In the transaction that replaced a body."""
    postgres.execute(alias, _SENT, ["", list(ids)])


def untie(alias: str, ids: Sequence[int]) -> None:
    """Let each go alone from now on. Only after a final refusal: nothing of the parcel was done then."""
    postgres.execute(alias, _UNTIE, [list(ids)])


def _opened(alias: str, ends: tuple[str, str, str], rows: Sequence[_Row]) -> list[_Row]:
    sender, receiver, _ = ends
    return [
        replace(row, body=bodies.opened(alias, row.body, bodies.outbox_row(sender, receiver, row.key)))
        for row in rows
    ]


def _fitting(kind: MessageKind[Any, Any], rows: Sequence[_Row]) -> tuple[Sequence[_Row], bytes]:
    """The rows from the first on that can travel together, and what then travels."""
    chosen = [rows[0], *takewhile(lambda row: not row.parcel, rows[1:])]
    body = _joined(kind, chosen)
    return (rows[:1], rows[0].body) if body is None else (chosen, body)


def _joined(kind: MessageKind[Any, Any], rows: Sequence[_Row]) -> bytes | None:
    """A message alone as it was written; several joined, to the same bytes each time."""
    if len(rows) == 1:
        return rows[0].body
    assert kind.join is not None
    body = kind.join([kinds.decode(kind.request, row.body) for row in rows])
    return None if body is None else kinds.encode(body)


def _again(alias: str, kind: MessageKind[Any, Any], rows: Sequence[_Row]) -> bytes:
    """What was sent under the key already, or is to be since `change`; INPUT_CHANGED rather than anything else."""
    body = _joined(kind, rows)
    if body is not None and not rows[0].sent_sha256:
        postgres.execute(alias, _SENT, [envelope.sha256(body), [row.id for row in rows]])
    elif body is None or envelope.sha256(body) != rows[0].sent_sha256:
        raise TodokeError(ErrorCode.INPUT_CHANGED, file=f"電文の束 {rows[0].parcel}")
    return body


def _message(ends: tuple[str, str, str], rows: Sequence[_Row], key: str, body: bytes) -> Message:
    attempts = max(row.attempts for row in rows)
    return Message(*ends, tuple(row.id for row in rows), key, body, attempts, tuple(row.body for row in rows))


def _read(alias: str, query: LiteralString, parameters: tuple[object, ...]) -> list[_Row]:
    return [_Row(*row) for row in bodies.fetch_all(alias, query, parameters)]
