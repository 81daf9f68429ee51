"""一人分の照会 on its way: each round does what is due, and any process may do one at any time."""

from __future__ import annotations

from todoke.access.permissions import Actor
from todoke.exchange.transport import Transport
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage.actions.codes.want_codes import want_codes
from todoke.systems.linkage.jobs import carry_on, poll
from todoke.systems.linkage.models.intermediary_status import Seen
from todoke.systems.linkage.queries import singles


def follow(*, transport: Transport, by: Actor) -> int:
    """符号, sending and results of the open single queries; how many queries changed. UNAVAILABLE: another time."""
    waiting = singles.batches_to_send()
    if waiting:
        want_codes(batch_ids=waiting, by=by)
        if carry_on(by=by, transport=transport) is not Seen.RUNNING:
            raise TodokeError(ErrorCode.UNAVAILABLE, what="中間サーバー")
    return poll(by=by, transport=transport)
