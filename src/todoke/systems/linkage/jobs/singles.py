"""一人分の照会 on its way: each round does what is due, and any process may do one at any time."""

from __future__ import annotations

from todoke.access.permissions import Actor
from todoke.exchange.transport import Transport
from todoke.systems.linkage import queries
from todoke.systems.linkage.actions.request_codes import request_codes
from todoke.systems.linkage.actions.send_queries import send_queries
from todoke.systems.linkage.actions.want_codes import want_codes
from todoke.systems.linkage.jobs import poll
from todoke.systems.linkage.queries import singles


def follow(*, transport: Transport, by: Actor) -> int:
    """符号, sending and results of all open single queries; how many queries changed. UNAVAILABLE: another time."""
    waiting = singles.batches_to_send()
    if waiting:
        want_codes(batch_ids=waiting, by=by)
        for key in queries.wanted_code_messages():
            request_codes(message_key=key, transport=transport, by=by)
        for batch_id in waiting:
            send_queries(batch_id=batch_id, by=by)
    return poll(by=by, transport=transport) if singles.any_open() else 0
