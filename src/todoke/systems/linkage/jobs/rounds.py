"""What goes on by itself, once a minute beside the screens: sending, results, deletion of what has run out, the nightly comparison."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, time
from typing import Final

from django.conf import settings

from todoke.access import parties
from todoke.contracts import registry
from todoke.exchange.transport import Transport
from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.systems.linkage.actions.send_replicas import delete_spent
from todoke.systems.linkage.actions.take_answer import drop_answers
from todoke.systems.linkage.actions.watch_backlog import watch_backlog
from todoke.systems.linkage.jobs import replicas, singles
from todoke.systems.linkage.models import Reconciliation, RegisteredCopy

ALIAS = "linkage"
RECONCILE_AT: Final = time(2, 0)
"""When the nightly comparison begins, in Japan; settings.TODOKE_RECONCILE_AT replaces it."""

_log = logging.getLogger("todoke.linkage")


def go_round() -> None:
    """One round. What cannot be done now is left for the next; one part never holds up another."""
    by, transport = parties.housekeeper(), registry.need(Transport)
    parts: tuple[Callable[[], object], ...] = (
        lambda: replicas.pump(by=by),
        lambda: delete_spent(by=by),
        lambda: singles.follow(transport=transport, by=by),
        lambda: drop_answers(by=by),
        lambda: watch_backlog(by=by),
        lambda: replicas.reconcile(by=by, transport=transport) if comparison_is_due() else None,
    )
    for part in parts:
        try:
            part()
        except TodokeError as error:
            _log.warning("見送りました: %s", error)


def comparison_is_due() -> bool:
    """Whether this night's comparison has not been done yet, and there is something to compare."""
    now = clock.now().astimezone(clock.JAPAN)
    at = datetime.combine(now.date(), getattr(settings, "TODOKE_RECONCILE_AT", RECONCILE_AT), clock.JAPAN)
    if now < at or not RegisteredCopy.objects.using(ALIAS).exists():
        return False
    return not Reconciliation.objects.using(ALIAS).filter(begun_at__gte=at).exists()
