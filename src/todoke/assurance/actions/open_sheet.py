"""自己点検・内部監査の票を作る: one question for each promise of the realm, with what its checks said on the day."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.flows import SheetState
from todoke.assurance.models import Sheet, SheetItem, SheetKind
from todoke.assurance.queries import newest_standings
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def open_sheet(*, by: Actor, kind: SheetKind, title: str) -> int:
    """A new sheet; its number. Errors: RECORD_INVALID without a title."""
    require(by, Permission.ASSURANCE_SHEET)
    if not title.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="票の名前を書いてください")
    alias, now = directory.alias(), clock.now()
    with transaction.atomic(using=alias):
        sheet = Sheet.objects.using(alias).create(
            kind=kind, title=title.strip(), state=SheetState.OPEN, state_at=now, state_by=by.staff_id,
            opened_by=by.staff_id, opened_at=now,
        )  # fmt: skip
        SheetItem.objects.using(alias).bulk_create(
            SheetItem(
                sheet=sheet, number=number, promise=one.promise.id, checked=one.state.label,
                question=f"「{one.promise.text}」が守られていますか。",
            )
            for number, one in enumerate(newest_standings(alias, directory.realm()), start=1)
        )  # fmt: skip
        record(alias, by=by, verb=Permission.ASSURANCE_SHEET.value, subject=f"sheet:{sheet.pk} open")
    return int(sheet.pk)
