"""措置を確認する: what no program can see, seen by a named person, for a time; or looked over again by another (内部監査)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.models import Confirmation, Finding
from todoke.assurance.promises import promises
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record

LONGEST: Final = timedelta(days=366)


def confirm_promise(
    *,
    by: Actor,
    promise_id: str,
    finding: Finding,
    note: str,
    document: str,
    valid_until: date,
    audits: int | None = None,
) -> int:
    """Keep what was found; its number. `audits`: the confirmation that is looked over.

    Errors: NOT_FOUND; RECORD_INVALID without a note, or for a day that is past or more than a year away; SAME_PERSON.
    """
    require(by, Permission.ASSURANCE_CONFIRM)
    if promise_id not in {one.id for one in promises()}:
        raise TodokeError(ErrorCode.NOT_FOUND, what="措置")
    today = clock.today()
    if not note.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="確かめた内容を書いてください")
    if not today <= valid_until <= today + LONGEST:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="期限は今日から1年以内の日にしてください")
    alias = directory.alias()
    with transaction.atomic(using=alias):
        if audits is not None:
            _another(alias, audits, promise_id, by)
        kept = Confirmation.objects.using(alias).create(
            promise=promise_id, finding=finding, note=note.strip(), document=document.strip(), audits_id=audits,
            confirmed_by=by.staff_id, confirmed_at=clock.now(), valid_until=valid_until,
        )  # fmt: skip
        subject = f"promise:{promise_id} finding:{finding.value}"
        record(alias, by=by, verb=Permission.ASSURANCE_CONFIRM.value, subject=subject)
    return int(kept.pk)


def _another(alias: str, number: int, promise_id: str, by: Actor) -> None:
    found = Confirmation.objects.using(alias).filter(pk=number, promise=promise_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="確認")
    if found.confirmed_by == by.staff_id:
        raise TodokeError(ErrorCode.SAME_PERSON, count=1)
