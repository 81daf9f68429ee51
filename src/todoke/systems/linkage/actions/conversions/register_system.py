"""既存業務システムの登録: which of the city's systems files and messages are exchanged with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.linkage.models import ExistingSystem

ALIAS = "linkage"
VERB = Permission.LINKAGE_SYSTEM_REGISTER.value


def register_system(
    *,
    code: str,
    title: str,
    duties: Sequence[str],
    valid_from: date,
    by: Actor,
    valid_until: date | None = None,
) -> ExistingSystem:
    """Register a system. It may do nothing yet. STATE_CONFLICT when the code is taken or the row is not a sound one."""
    require(by, Permission.LINKAGE_SYSTEM_REGISTER)
    try:
        with transaction.atomic(using=ALIAS):
            system = ExistingSystem.objects.using(ALIAS).create(
                code=code,
                title=title,
                duties=list(duties),
                valid_from=valid_from,
                valid_until=valid_until,
                registered_at=clock.now(),
                registered_by=by.staff_id,
            )
            record(ALIAS, by=by, verb=VERB, subject=f"system {code}")
    except IntegrityError:
        detail = f"システム {code} は登録済みか、符号・名称・事務・期間のどれかが正しくありません"
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail) from None
    return system
