"""受信箱 (inbox): handle a key once; answer every repeat with the first result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from todoke.engine import postgres
from todoke.exchange import bodies, refusals
from todoke.exchange.envelope import Header
from todoke.exchange.message_id import new_message_id
from todoke.kernel.errors import ErrorCode, TodokeError

_ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
_FIND = """
SELECT message_id, contract, request_sha256, answer, error_code
FROM exchange_inbox WHERE receiver = %s AND sender = %s AND message_key = %s
"""
_STORE = """
INSERT INTO exchange_inbox
    (message_id, receiver, sender, contract, message_key, request_sha256, answer, error_code)
VALUES (%s, %s, %s, %s, %s, %s, %b, %s) RETURNING message_id
"""


@dataclass(frozen=True)
class Outcome:
    """What the receiver decided: an answer body, or the name of a final error."""

    message_id: UUID
    answer: bytes | None
    error_code: str = ""


def settle_once(alias: str, header: Header, handle: Callable[[], bytes]) -> Outcome:
    """The stored outcome of this key, or run `handle` in one transaction with storing its outcome.

    A final TodokeError undoes what `handle` wrote and is stored itself. Other exceptions undo everything and
    pass. Errors: MESSAGE_CONFLICT (key with another content), UNAVAILABLE (being handled right now).
    """
    try:
        with transaction.atomic(using=alias):
            return _claimed(alias, header) or _store(alias, header, handle(), "")
    except TodokeError as error:
        if error.code is ErrorCode.MESSAGE_CONFLICT or not refusals.is_final(error.code):
            raise
        with transaction.atomic(using=alias):
            return _claimed(alias, header) or _store(alias, header, None, error.code.name)


def settle_fresh(alias: str, handle: Callable[[], bytes]) -> Outcome:
    """Run `handle` in one transaction and keep nothing of its answer (kinds.MessageKind.fresh)."""
    try:
        with transaction.atomic(using=alias):
            return Outcome(new_message_id(), handle())
    except TodokeError as error:
        if not refusals.is_final(error.code):
            raise
        return Outcome(new_message_id(), None, error.code.name)


def _claimed(alias: str, header: Header) -> Outcome | None:
    """Take the key for this transaction, then look: a repeat that waited for nobody sees the first result."""
    lock = f"inbox\x1f{header.receiver}\x1f{header.sender}\x1f{header.message_key}"
    ((free,),) = postgres.prepared(alias, _ALONE, [lock])[0]
    stored = bodies.fetch(alias, _FIND, (header.receiver, header.sender, header.message_key))
    if stored is None:
        if not free:
            raise TodokeError(ErrorCode.UNAVAILABLE, what="同じ電文を処理中の窓口")
        return None
    message_id, contract, request_sha256, answer, error_code = stored
    if (contract, request_sha256) != (header.contract, header.body_sha256):
        raise TodokeError(ErrorCode.MESSAGE_CONFLICT, detail=header.contract)
    if answer is not None:
        row_name = bodies.inbox_row(header.receiver, header.sender, header.message_key)
        answer = bodies.opened(alias, answer, row_name)
    return Outcome(message_id, answer, error_code)


def _store(alias: str, header: Header, answer: bytes | None, error_code: str) -> Outcome:
    outcome = Outcome(new_message_id(), answer, error_code)
    who = (header.receiver, header.sender, header.contract, header.message_key, header.body_sha256)
    if answer is not None:
        row_name = bodies.inbox_row(header.receiver, header.sender, header.message_key)
        answer = bodies.sealed(alias, answer, row_name)
    bodies.fetch(alias, _STORE, (outcome.message_id, *who, answer, error_code))
    return outcome
