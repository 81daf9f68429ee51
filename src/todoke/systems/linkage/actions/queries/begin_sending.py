"""送信の開始: from now on what is left of these batches goes out by itself (watching.carry_on)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.linkage.models import QueryBatch

ALIAS = "linkage"


def begin_sending(*, batch_ids: Sequence[str], by: Actor) -> int:
    """Mark the batches that are not being sent yet; returns how many."""
    require(by, Permission.LINKAGE_SEND)
    with transaction.atomic(using=ALIAS):
        fresh = QueryBatch.objects.using(ALIAS).filter(batch_id__in=batch_ids, begun_at__isnull=True)
        begun = fresh.update(begun_at=clock.now())
        if begun:
            record(ALIAS, by=by, verb=Permission.LINKAGE_SEND.value, subject=f"batches {begun}")
    return begun
