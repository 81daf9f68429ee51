"""票の一問に答える. An answer may be changed while the sheet is open; the log keeps each."""

from __future__ import annotations

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.flows import SheetState
from todoke.assurance.models import Answer, SheetItem
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def answer_item(*, by: Actor, sheet_id: int, number: int, answer: Answer, note: str) -> None:
    """Answer one question. Errors: NOT_FOUND; STATE_CONFLICT on a closed sheet; RECORD_INVALID for 「いいえ」 without why."""
    require(by, Permission.ASSURANCE_SHEET)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        item = (
            SheetItem.objects.using(alias)
            .select_related("sheet")
            .filter(sheet=sheet_id, number=number)
            .first()
        )
        if item is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="問")
        if item.sheet.state != SheetState.OPEN:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この票は完了しています")
        if answer is Answer.NO and not note.strip():
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="「いいえ」のときは理由を書いてください")
        item.answer, item.note = answer, note.strip()
        item.answered_by, item.answered_at = by.staff_id, clock.now()
        item.save(using=alias, update_fields=["answer", "note", "answered_by", "answered_at"])
        subject = f"sheet:{sheet_id} item:{number} answer:{answer.value}"
        record(alias, by=by, verb=Permission.ASSURANCE_SHEET.value, subject=subject)
