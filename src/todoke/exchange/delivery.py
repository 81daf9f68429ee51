"""一通の配送 (delivery): carry one message, tell who asked, mark it; or note why it must wait."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import timedelta

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F

from todoke.exchange import client, envelope, handlers, kinds
from todoke.exchange.envelope import Envelope
from todoke.exchange.models import OutboxMessage
from todoke.exchange.refusals import RefusedError
from todoke.exchange.transport import Transport
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError

BackOff = Callable[[int], timedelta]
_State = OutboxMessage.State
_log = logging.getLogger("todoke.exchange")


def count_waiting(alias: str, sender: str) -> int:
    """How many messages of a party are not settled."""
    return OutboxMessage.objects.using(alias).filter(sender=sender, state=_State.WAITING).count()


def first_due(alias: str, sender: str, receiver: str, contract: str) -> OutboxMessage | None:
    """The first waiting message of a queue if its time has come; those behind it wait with it."""
    waiting = OutboxMessage.objects.using(alias).filter(
        sender=sender, receiver=receiver, contract=contract, state=_State.WAITING
    )
    first = waiting.order_by("id").first()
    return first if first is not None and first.next_attempt_at <= clock.now() else None


def deliver(transport: Transport, alias: str, message: OutboxMessage, back_off: BackOff) -> bool:
    """Send, then settle; False when it stays waiting (outcome unknown), with the reason noted."""
    try:
        # whoever hears the answer must exist before anything leaves
        handlers.answer_listener_of(message.contract)
        _exchange(transport, alias, message)
    except DatabaseError as error:
        _postpone(alias, message, back_off, type(error).__name__)
        return False
    except TodokeError as error:
        _log.warning("%s → %s %s: %s", message.sender, message.receiver, message.contract, error)
        _postpone(alias, message, back_off, error.code.name)
        return False
    except Exception as error:
        # a broken callback must not stop the other queues
        frame = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{type(error).__name__} ({frame.name}:{frame.lineno})"
        _log.error("%s → %s %s: %s", message.sender, message.receiver, message.contract, reason)
        _postpone(alias, message, back_off, reason)
        return False
    return True


def _exchange(transport: Transport, alias: str, message: OutboxMessage) -> None:
    body = bytes(message.body or b"")
    try:
        answer = client.post(
            transport,
            sender=message.sender,
            receiver=message.receiver,
            contract=message.contract,
            key=message.message_key,
            body=body,
        )
    except RefusedError as refusal:
        _settle_refused(alias, message, body, refusal)
    else:
        _settle_delivered(alias, message, body, answer)


def _settle_delivered(alias: str, message: OutboxMessage, body: bytes, answer: Envelope) -> None:
    listener = handlers.answer_listener_of(message.contract)
    asked = kinds.decode(listener.kind.request, body)
    answered = kinds.decode(listener.kind.answer, answer.body)
    with transaction.atomic(using=alias):
        if _still_waiting(alias, message):
            listener.hear(alias, message.message_key, asked, answered)
            digest = envelope.sha256(answer.body)
            _settle(
                alias, message, _State.DELIVERED, answer_id=answer.header.message_id, answer_sha256=digest
            )


def _settle_refused(alias: str, message: OutboxMessage, body: bytes, refusal: RefusedError) -> None:
    name = refusal.code.name
    _log.warning("%s → %s %s: %s", message.sender, message.receiver, message.contract, refusal)
    listener = handlers.refusal_listener_of(message.contract)
    with transaction.atomic(using=alias):
        if _still_waiting(alias, message):
            if listener is not None:
                asked = kinds.decode(listener.kind.request, body)
                listener.hear(alias, message.message_key, asked, name)
            _settle(alias, message, _State.REFUSED, last_error=name)


def _still_waiting(alias: str, message: OutboxMessage) -> bool:
    """Lock the row; False when another dispatcher settled it (a lost session lock can let two try)."""
    rows = OutboxMessage.objects.using(alias).select_for_update().filter(pk=message.pk, state=_State.WAITING)
    return bool(rows.values_list("pk", flat=True))


def _settle(alias: str, message: OutboxMessage, state: str, **values: str) -> None:
    """Mark it and let the personal data go (the digest stays)."""
    OutboxMessage.objects.using(alias).filter(pk=message.pk).update(
        state=state, body=None, settled_at=clock.now(), attempts=F("attempts") + 1, **values
    )


def _postpone(alias: str, message: OutboxMessage, back_off: BackOff, reason: str) -> None:
    next_attempt_at = clock.now() + back_off(message.attempts)
    OutboxMessage.objects.using(alias).filter(pk=message.pk, state=_State.WAITING).update(
        attempts=F("attempts") + 1, next_attempt_at=next_attempt_at, last_error=reason[:100]
    )
