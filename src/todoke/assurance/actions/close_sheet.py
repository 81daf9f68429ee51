"""自己点検・内部監査の票を完了する: all is answered, and by others."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.flows import SHEET, SheetState
from todoke.assurance.models import Sheet, SheetItem
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.workflow.runner import move, of


def close_sheet(*, by: Actor, sheet_id: int) -> None:
    """Close a sheet. Errors: NOT_FOUND; RECORD_INVALID with open questions; SAME_PERSON; STATE_CONFLICT."""
    require(by, Permission.ASSURANCE_SHEET_CLOSE)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        if not Sheet.objects.using(alias).select_for_update().filter(pk=sheet_id).exists():
            raise TodokeError(ErrorCode.NOT_FOUND, what="票")
        items = SheetItem.objects.using(alias).filter(sheet=sheet_id)
        if unanswered := items.filter(answer="").count():
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"{unanswered:,} 問に答えがありません")
        if own := items.filter(answered_by=by.staff_id).count():
            raise TodokeError(ErrorCode.SAME_PERSON, count=own)
        move(alias, SHEET, of(SHEET, [sheet_id]), to=SheetState.CLOSED, by=by)
