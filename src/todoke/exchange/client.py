"""要求と回答 (request): one signed question, one verified answer."""

from __future__ import annotations

import time

from todoke.exchange import envelope, kinds, refusals
from todoke.exchange.envelope import Direction, Envelope, Header
from todoke.exchange.kinds import A, MessageKind, Q
from todoke.exchange.transport import Transport
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 3.0


def request(
    transport: Transport, *, sender: str, receiver: str, kind: MessageKind[Q, A], body: Q, key: str
) -> A:
    """Ask and wait. The same key gets the first answer again: poll with a new key each time.

    While the receiver is unavailable it is asked again with the same key, for `transport.patience` seconds.
    Errors: RefusedError (final); UNAVAILABLE and the verification errors (unknown: ask again with `key`).
    """
    end, pause = time.monotonic() + transport.patience, _FIRST_PAUSE
    while True:
        try:
            return ask_once(transport, sender=sender, receiver=receiver, kind=kind, body=body, key=key)
        except TodokeError as error:
            if error.code is not ErrorCode.UNAVAILABLE or time.monotonic() + pause > end:
                raise
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def ask_once(
    transport: Transport, *, sender: str, receiver: str, kind: MessageKind[Q, A], body: Q, key: str
) -> A:
    """Ask without patience; errors as `request`."""
    data = kinds.encode(body)
    reply = post(transport, sender=sender, receiver=receiver, contract=kind.name, key=key, body=data)
    return kinds.decode(kind.answer, reply.body)


def post(
    transport: Transport, *, sender: str, receiver: str, contract: str, key: str, body: bytes
) -> Envelope:
    """Seal now, carry, verify the answer; errors as `request`."""
    ring = transport.ring
    header = Header(
        instance=ring.directory.instance,
        direction=Direction.REQUEST,
        sender=sender,
        receiver=receiver,
        contract=contract,
        message_key=key,
        sent_at=clock.now(),
    )
    header, wire = envelope.seal(header, body, ring.signing_key(sender))
    answer_wire = transport.post(receiver, wire, sender)
    answer = envelope.open_answer(answer_wire, ring.directory, request=header, now=clock.now())
    if answer.header.direction is Direction.REFUSAL:
        raise refusals.as_error(answer.body, receiver)
    return answer
