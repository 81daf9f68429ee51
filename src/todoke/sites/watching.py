"""中間サーバーの見張り: what the city's linkage does without a person, beside its door (PIA 統合番号連携 (5))."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connections

from todoke.access import parties as actors
from todoke.contracts import registry
from todoke.exchange import parties
from todoke.exchange.transport import Transport
from todoke.kernel.errors import TodokeError

EVERY = 10.0
"""Seconds between two rounds."""

_log = logging.getLogger("todoke.sites")


@contextmanager
def watched() -> Iterator[None]:
    """Rounds in a thread of their own, as long as the block lasts."""
    stop = threading.Event()
    thread = threading.Thread(target=keep_watch, args=(stop,), name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(EVERY)


def keep_watch(stop: threading.Event) -> None:
    """Rounds until `stop`. Trouble is noted and tried again; it never ends the watch."""
    alarmed = 0
    while not stop.is_set():
        close_old_connections()
        try:
            alarmed = watch_once(alarmed)
        except (TodokeError, DatabaseError) as error:
            name = error.code.name if isinstance(error, TodokeError) else type(error).__name__
            _log.warning("中間サーバーの見張りを次の回に送りました: %s", name)
        stop.wait(EVERY)
    connections.close_all()


def watch_once(alarmed: int = 0) -> int:
    """One round; warns when more 符号 than `alarmed` are stuck, and returns how many are."""
    from todoke.systems.linkage import jobs
    from todoke.systems.linkage.queries import codes

    by = actors.actor(parties.city(settings.TODOKE_MUNICIPALITY))
    jobs.carry_on(by=by, transport=registry.need(Transport))
    stuck = codes.counts().stuck
    if stuck > alarmed:
        _log.warning(
            "符号が %s 件、要求から長く届いていません。「符号の取得状況」の画面で確かめてください。", stuck
        )
    return stuck
