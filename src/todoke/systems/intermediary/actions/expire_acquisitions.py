"""符号管理: 取得番号 that were never used end after some days (PIA (10) 保管期限切れ情報の削除; 番号法21条の2)."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.intermediary import needs

KEPT = timedelta(days=7)
"""How long a 取得番号 waits for its 符号."""

_EXPIRE = """
UPDATE intermediary_link_code SET state = 'failed', failure = 'expired', acquisition_number = NULL
WHERE state = 'requested' AND requested_at < %s
"""


def expire_acquisitions(*, alias: str, by: Actor) -> int:
    """Delete the 取得番号 that waited too long; the city learns of it and may ask again. Returns how many."""
    require(by, Permission.INTERMEDIARY_EXPIRE, municipality=needs.municipality_of(alias))
    with transaction.atomic(using=alias):
        count = postgres.execute(alias, _EXPIRE, [clock.now() - KEPT])
        if count:
            verb, subject = Permission.INTERMEDIARY_EXPIRE.value, needs.organisation_of(alias)
            record(alias, by=by, verb=verb, subject=subject, persons=count)
    return count
