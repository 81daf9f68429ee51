"""一通の配送 (delivery): carry one message, tell who asked, mark it; or note why it must wait."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F

from todoke.exchange import bodies, circuit, client, envelope, handlers, kinds, outbox
from todoke.exchange.envelope import Envelope
from todoke.exchange.models import OutboxMessage
from todoke.exchange.refusals import NotNowError, RefusedError
from todoke.exchange.transport import Transport
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

BackOff = Callable[[int], timedelta]
_State = OutboxMessage.State
_log = logging.getLogger("todoke.exchange")

_FIRST = """
SELECT id, message_key, body, attempts FROM (
    SELECT id, message_key, body, attempts, next_attempt_at FROM exchange_outbox
    WHERE sender = %s AND receiver = %s AND contract = %s AND state = 'waiting' ORDER BY id LIMIT 1
) AS first WHERE next_attempt_at <= %s
"""


@dataclass(frozen=True)
class Message:
    """A waiting message, as read from its outbox."""

    sender: str
    receiver: str
    contract: str
    id: int
    key: str
    body: bytes
    attempts: int


def count_waiting(alias: str, sender: str) -> int:
    """How many messages of a party are not settled."""
    return OutboxMessage.objects.using(alias).filter(sender=sender, state=_State.WAITING).count()


def first_due(alias: str, sender: str, receiver: str, contract: str) -> Message | None:
    """The first waiting message of a queue if its time has come; those behind it wait with it."""
    row = bodies.fetch(alias, _FIRST, (sender, receiver, contract, clock.now()))
    return None if row is None else Message(sender, receiver, contract, *row)


def deliver(transport: Transport, alias: str, message: Message, back_off: BackOff) -> bool:
    """Send, then settle; False when it stays waiting (outcome unknown), with the reason noted."""
    try:
        # whoever hears the answer must exist before anything leaves
        handlers.answer_listener_of(message.contract)
        opened = _opened(alias, message)
        if _changed(alias, opened):
            return True  # it is read again
        _exchange(transport, alias, opened)
    except DatabaseError as error:
        _postpone(alias, message, back_off, type(error).__name__)
        return False
    except TodokeError as error:
        _log.warning("%s → %s %s: %s", message.sender, message.receiver, message.contract, error)
        _postpone(alias, message, back_off, _note_trouble(alias, message, error))
        return False
    except Exception as error:
        # a broken callback must not stop the other queues
        frame = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{type(error).__name__} ({frame.name}:{frame.lineno})"
        _log.error("%s → %s %s: %s", message.sender, message.receiver, message.contract, reason)
        _postpone(alias, message, back_off, reason)
        return False
    circuit.answered(alias, message.sender, message.receiver)
    return True


def _opened(alias: str, message: Message) -> Message:
    row = bodies.outbox_row(message.sender, message.receiver, message.key)
    return replace(message, body=bodies.opened(alias, message.body, row))


def _changed(alias: str, message: Message) -> bool:
    """Whether a last look put another body into its place."""
    reviewer = handlers.reviewer_of(message.contract)
    if reviewer is None:
        return False
    with transaction.atomic(using=alias):
        if not _still_waiting(alias, message):
            return True
        body = reviewer.review(alias, kinds.decode(reviewer.kind.request, message.body))
        if body is None:
            return False
        outbox.replace(alias, message.id, body)
    return True


def _note_trouble(alias: str, message: Message, error: TodokeError) -> str:
    """Tell the circuit whether the receiver is there and takes messages; the reason to note with the message."""
    ends = (alias, message.sender, message.receiver)
    if isinstance(error, NotNowError):
        if error.reason is ErrorCode.SERVICE_CLOSED:
            circuit.not_accepting(*ends)
        else:  # it is there: the trouble is this kind's own, and holds up nothing else
            circuit.answered(*ends)
        return error.reason.name
    if error.code is ErrorCode.UNAVAILABLE:
        circuit.unanswered(*ends)
    return error.code.name


def _exchange(transport: Transport, alias: str, message: Message) -> None:
    try:
        answer = client.post(
            transport,
            sender=message.sender,
            receiver=message.receiver,
            contract=message.contract,
            key=message.key,
            body=message.body,
        )
    except RefusedError as refusal:
        _settle_refused(alias, message, refusal)
    else:
        _settle_delivered(alias, message, answer)


def _settle_delivered(alias: str, message: Message, answer: Envelope) -> None:
    listener = handlers.answer_listener_of(message.contract)
    asked = kinds.decode(listener.kind.request, message.body)
    answered = kinds.decode(listener.kind.answer, answer.body)
    with transaction.atomic(using=alias):
        if _still_waiting(alias, message):
            listener.hear(alias, message.key, asked, answered)
            digest = envelope.sha256(answer.body)
            _settle(
                alias, message, _State.DELIVERED, answer_id=answer.header.message_id, answer_sha256=digest
            )


def _settle_refused(alias: str, message: Message, refusal: RefusedError) -> None:
    name = refusal.code.name
    _log.warning("%s → %s %s: %s", message.sender, message.receiver, message.contract, refusal)
    listener = handlers.refusal_listener_of(message.contract)
    with transaction.atomic(using=alias):
        if _still_waiting(alias, message):
            if listener is not None:
                asked = kinds.decode(listener.kind.request, message.body)
                listener.hear(alias, message.key, asked, name)
            _settle(alias, message, _State.REFUSED, last_error=name)


def _still_waiting(alias: str, message: Message) -> bool:
    """Lock the row; False when another dispatcher settled it (a lost session lock can let two try)."""
    rows = OutboxMessage.objects.using(alias).select_for_update().filter(pk=message.id, state=_State.WAITING)
    return bool(rows.values_list("pk", flat=True))


def _settle(alias: str, message: Message, state: str, **values: str) -> None:
    """Mark it and let the personal data go (the digest stays)."""
    OutboxMessage.objects.using(alias).filter(pk=message.id).update(
        state=state, body=None, settled_at=clock.now(), attempts=F("attempts") + 1, **values
    )


def _postpone(alias: str, message: Message, back_off: BackOff, reason: str) -> None:
    next_attempt_at = clock.now() + back_off(message.attempts)
    OutboxMessage.objects.using(alias).filter(pk=message.id, state=_State.WAITING).update(
        attempts=F("attempts") + 1, next_attempt_at=next_attempt_at, last_error=reason[:100]
    )
