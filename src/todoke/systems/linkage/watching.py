"""見張り: what the city's linkage does without a person, round after round, in the process that holds its door.

Each round asks the intermediary how it is, and, if it takes messages, goes on with what was begun: requests for 符号
that were chosen, their results, and queries whose sending was begun. A round that is cut short changes nothing.
"""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError, close_old_connections

from todoke.access.permissions import Actor
from todoke.exchange.transport import Transport
from todoke.kernel.errors import TodokeError
from todoke.systems.linkage import jobs, queries
from todoke.systems.linkage.actions.check_intermediary import check_intermediary
from todoke.systems.linkage.actions.request_codes import request_codes
from todoke.systems.linkage.actions.send_queries import send_queries
from todoke.systems.linkage.models.intermediary_status import Seen
from todoke.systems.linkage.queries import codes

EVERY = 10.0
"""Seconds between two rounds."""

_log = logging.getLogger("todoke.linkage")


def carry_on(*, by: Actor, transport: Transport) -> Seen:
    """One round; what was seen of the intermediary. Raises what the messages raise: the next round goes on."""
    seen = check_intermediary(transport=transport, by=by)
    if seen is not Seen.RUNNING:
        return seen
    for key in queries.wanted_code_messages():
        request_codes(message_key=key, transport=transport, by=by)
    jobs.stand(by=by, transport=transport)
    for batch_id in queries.begun_batches():
        send_queries(batch_id=batch_id, by=by, all_persons=False)
    return seen


def keep_watch(stop: threading.Event, *, by: Actor, transport: Transport) -> None:
    """Rounds until `stop`. Trouble is noted and tried again; it never ends the watch."""
    alarmed = 0
    while not stop.is_set():
        close_old_connections()
        try:
            carry_on(by=by, transport=transport)
            if (stuck := codes.counts().stuck) > alarmed:
                _log.warning(
                    "符号が %s 件、要求から長く届いていません。取得状況の画面で確かめてください。", stuck
                )
            alarmed = stuck
        except (TodokeError, DatabaseError) as error:
            name = error.code.name if isinstance(error, TodokeError) else type(error).__name__
            _log.warning("中間サーバーの見張りを次の回に送りました: %s", name)
        stop.wait(EVERY)
