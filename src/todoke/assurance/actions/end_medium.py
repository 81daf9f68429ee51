"""媒体を廃棄・返却する: one person does it, another saw it done."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.actions.media import medium_of
from todoke.assurance.models import MediumEnd, MediumEnding, Transport
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def end_medium(*, by: Actor, label: str, how: MediumEnding, method: str) -> None:
    """廃棄・返却した. Errors: NOT_FOUND; RECORD_INVALID without how; STATE_CONFLICT on its way; ALREADY_DONE."""
    require(by, Permission.ASSURANCE_MEDIUM_END)
    if not method.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="廃棄・返却の方法を書いてください")
    alias = directory.alias()
    with transaction.atomic(using=alias):
        medium = medium_of(alias, label)
        if Transport.objects.using(alias).filter(medium=medium, received_by__isnull=True).exists():
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"媒体 {label} は搬送中です")
        if MediumEnd.objects.using(alias).filter(medium=medium).exists():
            raise TodokeError(ErrorCode.ALREADY_DONE, detail=f"媒体 {label} の廃棄・返却")
        MediumEnd.objects.using(alias).create(
            medium=medium, how=how, method=method.strip(), done_by=by.staff_id, done_at=clock.now()
        )
        record(alias, by=by, verb=Permission.ASSURANCE_MEDIUM_END.value, subject=f"{label} {how.value}")


def confirm_end(*, by: Actor, label: str) -> None:
    """廃棄・返却を見届けた. Errors: NOT_FOUND; STATE_CONFLICT without an end, or once confirmed; SAME_PERSON."""
    require(by, Permission.ASSURANCE_MEDIUM_END_CONFIRM)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        waiting = MediumEnd.objects.using(alias).select_for_update().filter(medium=medium_of(alias, label))
        found = waiting.filter(confirmed_by__isnull=True).first()
        if found is None:
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail=f"媒体 {label} に、確かめる廃棄・返却はありません"
            )
        if found.done_by == by.staff_id:
            raise TodokeError(ErrorCode.SAME_PERSON)
        found.confirmed_by, found.confirmed_at = by.staff_id, clock.now()
        found.save(using=alias, update_fields=["confirmed_by", "confirmed_at"])
        record(alias, by=by, verb=Permission.ASSURANCE_MEDIUM_END_CONFIRM.value, subject=label)
