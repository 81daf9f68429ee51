"""一通の配送 (delivery): carry one message, tell who asked, mark it; or note why it must wait."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import timedelta

from django.db import Error as DatabaseError
from django.db import transaction
from django.db.models import F

from todoke.engine import postgres
from todoke.exchange import circuit, client, envelope, handlers, kinds, outbox, parcels
from todoke.exchange.envelope import Envelope
from todoke.exchange.models import OutboxMessage
from todoke.exchange.parcels import Message
from todoke.exchange.refusals import NotNowError, RefusedError
from todoke.exchange.transport import Transport
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

BackOff = Callable[[int], timedelta]
_State = OutboxMessage.State
_log = logging.getLogger("todoke.exchange")
_LOCK = """
SELECT count(*) FROM (SELECT id FROM exchange_outbox WHERE id = ANY(%s) AND state = 'waiting' ORDER BY id FOR UPDATE) l
"""

_SETTLE = """
UPDATE exchange_outbox SET state = %(state)s, body = NULL, settled_at = %(now)s, attempts = attempts + 1,
    last_error = coalesce(%(last_error)s::text, last_error), answer_id = %(answer_id)s::uuid,
    answer_sha256 = %(answer_sha256)s::text
WHERE id = ANY(%(ids)s)
"""
_UNSAID = {"last_error": None, "answer_id": None, "answer_sha256": ""}


def count_waiting(alias: str, sender: str) -> int:
    """How many messages of a party are not settled."""
    return OutboxMessage.objects.using(alias).filter(sender=sender, state=_State.WAITING).count()


def deliver(transport: Transport, alias: str, message: Message, back_off: BackOff) -> int | None:
    """Send, then settle: how many messages. None when they stay waiting (outcome unknown), with the reason noted."""
    try:
        # whoever hears the answer must exist before anything leaves
        handlers.answer_listener_of(message.contract)
        if message.trouble is not None:
            raise message.trouble
        if _changed(alias, message):
            return 0  # it is read again
        settled = _exchange(transport, alias, message)
    except DatabaseError as error:
        _postpone(alias, message, back_off, type(error).__name__)
        return None
    except TodokeError as error:
        _log.warning("%s → %s %s: %s", message.sender, message.receiver, message.contract, error)
        _postpone(alias, message, back_off, _note_trouble(alias, message, error))
        return None
    except Exception as error:
        # a broken callback must not stop the other queues
        frame = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{type(error).__name__} ({frame.name}:{frame.lineno})"
        _log.error("%s → %s %s: %s", message.sender, message.receiver, message.contract, reason)
        _postpone(alias, message, back_off, reason)
        return None
    circuit.answered(alias, message.sender, message.receiver)
    return settled


def _changed(alias: str, message: Message) -> bool:
    """Whether a last look put another body into the place of one of these."""
    reviewer = handlers.reviewer_of(message.contract)
    if reviewer is None:
        return False
    with transaction.atomic(using=alias):
        if not _still_waiting(alias, message):
            return True
        if len(message.ids) > 1 and not _would_change(alias, reviewer, message):
            return False
        looked = [reviewer.review(alias, kinds.decode(reviewer.kind.request, part)) for part in message.parts]
        for number, body in zip(message.ids, looked, strict=True):
            if body is not None:
                outbox.replace(alias, number, body)
        if any(body is not None for body in looked):
            parcels.change(alias, message.ids)
            return True
    return False


def _would_change(alias: str, reviewer: handlers.Reviewer, message: Message) -> bool:
    """One look at all of a parcel together: seldom does any of it change."""
    try:
        with transaction.atomic(using=alias):
            if reviewer.review(alias, kinds.decode(reviewer.kind.request, message.body)) is None:
                return False
            raise _UndoneError
    except _UndoneError:
        return True


class _UndoneError(Exception):
    """What was written for a look is taken back."""


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


def _exchange(transport: Transport, alias: str, message: Message) -> int:
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
        return _settle_refused(alias, message, refusal)
    return _settle_delivered(alias, message, answer)


def _settle_delivered(alias: str, message: Message, answer: Envelope) -> int:
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
    return len(message.ids)


def _settle_refused(alias: str, message: Message, refusal: RefusedError) -> int:
    name = refusal.code.name
    _log.warning("%s → %s %s: %s", message.sender, message.receiver, message.contract, refusal)
    listener = handlers.refusal_listener_of(message.contract)
    with transaction.atomic(using=alias):
        if _still_waiting(alias, message):
            # under a key that the receiver knows otherwise it has done the parcel before: once is enough
            if len(message.ids) > 1 and refusal.code is not ErrorCode.MESSAGE_CONFLICT:
                parcels.untie(alias, message.ids)
                return 0
            if listener is not None:
                asked = kinds.decode(listener.kind.request, message.body)
                listener.hear(alias, message.key, asked, name)
            _settle(alias, message, _State.REFUSED, last_error=name)
    return len(message.ids)


def _still_waiting(alias: str, message: Message) -> bool:
    """Lock the rows; False when another dispatcher settled them (a lost session lock can let two try)."""
    return postgres.prepared(alias, _LOCK, [list(message.ids)])[0] == [(len(message.ids),)]


def _settle(alias: str, message: Message, state: str, **values: str) -> None:
    """Mark it and let the personal data go (the digest stays)."""
    given = {"state": state, "now": clock.now(), "ids": list(message.ids), **_UNSAID, **values}
    postgres.prepared(alias, _SETTLE, given)


def _postpone(alias: str, message: Message, back_off: BackOff, reason: str) -> None:
    next_attempt_at = clock.now() + back_off(message.attempts)
    OutboxMessage.objects.using(alias).filter(pk__in=message.ids, state=_State.WAITING).update(
        attempts=F("attempts") + 1, next_attempt_at=next_attempt_at, last_error=reason[:100]
    )
