"""二人目の確認が要る変更の割合の設定, by the person who confirms, never by the one who imports."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.models import ImportLimit
from todoke.systems.benefits.rules.imports.kinds import ImportKind

ALIAS = "benefits"
MOST = 50


def set_limit(*, kind: ImportKind, percent: int, reason: str, by: Actor) -> ImportLimit:
    """From the next check on, more than `percent` of changed rows need a second person. RECORD_INVALID outside 0–50."""
    require(by, Permission.BENEFITS_IMPORT_LIMIT)
    if not 0 <= percent <= MOST or not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"割合は0～{MOST}%で、理由が要ります")
    with transaction.atomic(using=ALIAS):
        row = ImportLimit.objects.using(ALIAS).create(
            kind=kind, percent=percent, reason=reason.strip()[:200], set_at=clock.now(), set_by=by.staff_id
        )
        subject = f"{kind} {percent}%"
        record(ALIAS, by=by, verb=Permission.BENEFITS_IMPORT_LIMIT.value, subject=subject)
    return row
