"""計画停止 (PIA 中間サーバー (10) 稼動状態の通知): plan a pause, or end one that is planned or running."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.models import ServicePause


def plan_pause(*, alias: str, begins_at: datetime, ends_at: datetime, reason: str, by: Actor) -> None:
    """From `begins_at` until `ends_at` no messages are taken. Errors: RECORD_INVALID."""
    require(by, Permission.INTERMEDIARY_OPERATE, municipality=needs.municipality_of(alias))
    if not reason.strip() or ends_at <= max(begins_at, clock.now()):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="停止の期間または理由")
    with transaction.atomic(using=alias):
        ServicePause.objects.using(alias).create(
            begins_at=begins_at,
            ends_at=ends_at,
            reason=reason.strip(),
            planned_by=by.staff_id,
            planned_at=clock.now(),
        )
        record(alias, by=by, verb="intermediary:service:pause", subject=f"until:{ends_at:%Y-%m-%dT%H:%M%z}")


def end_pauses(*, alias: str, by: Actor) -> int:
    """End what is paused now and what is planned; returns how many pauses ended."""
    require(by, Permission.INTERMEDIARY_OPERATE, municipality=needs.municipality_of(alias))
    now = clock.now()
    with transaction.atomic(using=alias):
        pauses = ServicePause.objects.using(alias).filter(ends_at__gt=now)
        ended = pauses.filter(begins_at__gt=now).delete()[0] + pauses.update(ends_at=now)
        record(alias, by=by, verb="intermediary:service:resume", subject=f"pauses:{ended}")
    return ended
