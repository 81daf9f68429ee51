"""未確認の失効: what was asked or set and not confirmed in time ends, so that nothing lies about half granted."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.grants import UNCONFIRMED_LIFE
from todoke.access.models import Grant, GrantState
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.oplog.record import record


def expire_unconfirmed(*, by: Actor) -> int:
    """Expire requests older than `UNCONFIRMED_LIFE`; how many. Later steps refuse them already before that."""
    require(by, Permission.ACCESS_GRANT_EXPIRE)
    alias, now = directory.alias(), clock.now()
    with transaction.atomic(using=alias):
        late = Grant.objects.using(alias).filter(
            state__in=[GrantState.REQUESTED, GrantState.SET], requested_at__lte=now - UNCONFIRMED_LIFE
        )
        ended = late.update(state=GrantState.EXPIRED, ended_by=by.staff_id, ended_at=now)
        if ended:
            subject = f"grants:{ended}"
            record(alias, by=by, verb=Permission.ACCESS_GRANT_EXPIRE.value, subject=subject)
    return ended
