"""中間サーバー稼働状況確認 (PIA 統合番号連携 (5)): ask, keep what was seen, and stop or resume sending by it."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import STATUS, ServiceStatus, StatusWanted
from todoke.exchange import circuit, client, parties
from todoke.exchange.refusals import NotNowError, RefusedError
from todoke.exchange.transport import Transport
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.linkage.models import IntermediaryBacklog, IntermediaryStatus
from todoke.systems.linkage.models.intermediary_status import Seen

ALIAS = "linkage"
_LONGEST_REASON = 100


def check_intermediary(*, transport: Transport, by: Actor) -> Seen:
    """Ask once, whatever the circuit says; what was seen. Silence is an answer here, never an error."""
    require(by, Permission.LINKAGE_WATCH)
    ends = (parties.city(settings.TODOKE_MUNICIPALITY), parties.platform(settings.TODOKE_MUNICIPALITY))
    try:
        status = client.ask_once(
            transport,
            sender=ends[0],
            receiver=ends[1],
            kind=STATUS,
            body=StatusWanted(),
            key=f"status {uuid.uuid4().hex}",
        )
    except TodokeError as error:
        return _unanswered(ends, error, by)
    if status.accepting:
        circuit.answered(ALIAS, *ends)
    else:
        circuit.not_accepting(ALIAS, *ends, until=status.opens_at)
    _keep(_row_of(status), status, by)
    return Seen(status.state.value)


def _unanswered(ends: tuple[str, str], error: TodokeError, by: Actor) -> Seen:
    """Nobody there: sending will pause. An answer that is no status is trouble, and pauses nothing."""
    there = isinstance(error, (NotNowError, RefusedError)) or error.code is not ErrorCode.UNAVAILABLE
    if not there:
        circuit.unanswered(ALIAS, *ends)
    seen = Seen.TROUBLED if there else Seen.SILENT
    word = error.reason.name if isinstance(error, NotNowError) else error.code.name
    _keep({"state": seen, "error": word}, None, by)
    return seen


def _row_of(status: ServiceStatus) -> dict[str, object]:
    coming = status.pauses[0] if status.pauses else None
    return {
        "state": Seen(status.state.value),
        "hours": status.hours[:_LONGEST_REASON],
        "opens_at": status.opens_at,
        "clock_ahead": round((status.clock - clock.now()) / timedelta(seconds=1)),
        "pause_begins_at": coming.begins_at if coming else None,
        "pause_ends_at": coming.ends_at if coming else None,
        "pause_reason": coming.reason[:_LONGEST_REASON] if coming else "",
    }


def _keep(seen: dict[str, object], status: ServiceStatus | None, by: Actor) -> None:
    """One row as long as the state is the same; its backlog is the newest. A change is logged."""
    now, rows = clock.now(), IntermediaryStatus.objects.using(ALIAS)
    with transaction.atomic(using=ALIAS):
        last = rows.select_for_update().order_by("-id").first()
        if last is None or (last.state, last.error) != (seen["state"], seen.get("error", "")):
            last = rows.create(**seen, since=now, checked_at=now)
            record(ALIAS, by=by, verb="linkage:intermediary:watch", subject=f"state:{last.state}")
        else:
            rows.filter(pk=last.pk).update(**seen, checked_at=now, checks=last.checks + 1)
        if status is not None:
            last.backlogs.all().delete()
            IntermediaryBacklog.objects.using(ALIAS).bulk_create(
                IntermediaryBacklog(status=last, name=b.name[:40], waiting=b.waiting, oldest=b.oldest)
                for b in status.backlogs
            )
