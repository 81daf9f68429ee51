"""権限の手順: the step that `set_grant` and `confirm_grant` share, and how long a request may wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.db import transaction

from todoke.access import directory
from todoke.access.models import Grant, GrantState
from todoke.access.permissions import Actor, Permission
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record

UNCONFIRMED_LIFE: Final = timedelta(days=14)
"""From the request to the confirmation."""

_ACT: Final = {GrantState.SET: "set", GrantState.CONFIRMED: "confirmed"}


def advance(
    grant_ids: Sequence[int], before: GrantState, after: GrantState, permission: Permission, by: Actor
) -> int:
    """Move rights one step, all or none, logged one by one. The caller has checked `permission`."""
    alias, now, wanted = directory.alias(), clock.now(), sorted(set(grant_ids))
    with transaction.atomic(using=alias):
        rows = list(Grant.objects.using(alias).select_for_update().filter(pk__in=wanted).order_by("pk"))
        if any(by.staff_id in (row.staff_id, row.requested_by, row.set_by) for row in rows):
            raise TodokeError(ErrorCode.SAME_PERSON)
        late = any(row.requested_at <= now - UNCONFIRMED_LIFE for row in rows)
        if not wanted or len(rows) != len(wanted) or late or any(row.state != before for row in rows):
            detail = "依頼の期限を過ぎたか、先に別の手順が必要な権限が含まれています"
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
        act = _ACT[after]
        changes = {"state": after, f"{act}_by": by.staff_id, f"{act}_at": now}
        Grant.objects.using(alias).filter(pk__in=wanted).update(**changes)
        for row in rows:
            record(alias, by=by, verb=permission.value, subject=f"grant:{row.pk}:{row.staff_id}")
    return len(rows)
