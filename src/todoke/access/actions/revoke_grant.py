"""権限の取消し: at once, by one person of the section or the administration, with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from todoke.access import directory
from todoke.access.models import Grant, GrantState
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record

_OPEN = (GrantState.REQUESTED, GrantState.SET, GrantState.CONFIRMED)


def revoke_grant(*, grant_ids: Sequence[int], reason: str, by: Actor) -> int:
    """End rights, or take requests back; all or none; returns how many. The next request already lacks them.

    Errors: RECORD_INVALID without a reason, STATE_CONFLICT when any has ended.
    """
    require(by, Permission.ACCESS_GRANT_REVOKE)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    alias, wanted = directory.alias(), sorted(set(grant_ids))
    with transaction.atomic(using=alias):
        rows = Grant.objects.using(alias).filter(pk__in=wanted, state__in=_OPEN)
        ended = rows.update(state=GrantState.REVOKED, ended_by=by.staff_id, ended_at=clock.now())
        if not wanted or ended != len(wanted):
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="既に終わった権限が含まれています")
        for number in wanted:
            subject = f"grant:{number}:{reason}"
            record(alias, by=by, verb=Permission.ACCESS_GRANT_REVOKE.value, subject=subject)
    return ended
