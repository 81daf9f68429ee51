"""研修の受講の記録: rights pause without a recent one (PIA III.3 リスク3 「年に1回…所属研修を実施」)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from todoke.access import directory
from todoke.access.models import Staff, Training
from todoke.access.permissions import Actor, Permission, require
from todoke.access.standing import TRAINING
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def record_training(*, staff_ids: Sequence[str], held_on: date, by: Actor) -> int:
    """Record who attended on that day; who stands there already is skipped; how many were new.

    Errors: NOT_FOUND for an unknown ID (then nobody is recorded), RECORD_INVALID for a day to come.
    """
    require(by, Permission.ACCESS_TRAINING_RECORD)
    if held_on > clock.today():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="研修の日が先の日付です")
    alias, wanted = directory.alias(), sorted(set(staff_ids))
    with transaction.atomic(using=alias):
        if Staff.objects.using(alias).filter(pk__in=wanted).count() != len(wanted):
            raise TodokeError(ErrorCode.NOT_FOUND, what="職員ID")
        rows = Training.objects.using(alias)
        before = rows.count()
        rows.bulk_create(
            [
                Training(
                    staff_id=one,
                    kind=TRAINING,
                    held_on=held_on,
                    recorded_by=by.staff_id,
                    recorded_at=clock.now(),
                )
                for one in wanted
            ],
            ignore_conflicts=True,
        )
        new = rows.count() - before
        verb, subject = Permission.ACCESS_TRAINING_RECORD.value, f"training:{held_on.isoformat()}:{new}"
        record(alias, by=by, verb=verb, subject=subject)
    return new
