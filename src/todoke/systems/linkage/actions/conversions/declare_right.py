"""番号変換の許可の申請: it counts only when a second person has confirmed it."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.linkage.flows import RightState
from todoke.systems.linkage.models import ConversionRight
from todoke.systems.linkage.queries import rights
from todoke.systems.linkage.rules.conversions import Route

ALIAS = "linkage"


def declare_right(
    *,
    system: str,
    duty: str,
    route: Route,
    law: str,
    valid_from: date,
    by: Actor,
    valid_until: date | None = None,
) -> ConversionRight:
    """Ask that `system` may have numbers converted along `route` in `duty`, by that law.

    Errors: PERMISSION_DENIED for a system that does not work for the duty; RECORD_INVALID for a right that is none.
    """
    require(by, Permission.LINKAGE_RIGHT_DECLARE)
    now = clock.now()
    try:
        with transaction.atomic(using=ALIAS):
            right = ConversionRight.objects.using(ALIAS).create(
                system=rights.need_system(system, duty),
                duty=duty,
                direction=route.direction.value,
                local_system_id=route.local_system or None,
                valid_from=valid_from,
                valid_until=valid_until,
                law=law,
                state=RightState.DECLARED,
                state_at=now,
                state_by=by.staff_id,
                declared_by=by.staff_id,
                declared_at=now,
            )
            subject = f"{right.pk} {system} {duty} {route.direction} {route.local_system}".rstrip()
            record(ALIAS, by=by, verb=Permission.LINKAGE_RIGHT_DECLARE.value, subject=subject)
    except IntegrityError:
        detail = "変換の向きと相手システム、期間、根拠のどれかが正しくありません"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail) from None
    return right
