"""票の一問に答える. An answer may be changed while the sheet is open; the log keeps each."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import transaction

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.actions.confirm_promise import LONGEST
from todoke.assurance.flows import SheetState
from todoke.assurance.models import Answer, SheetItem
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record

_WRITTEN: Final = ("answer", "note", "remedy", "due_on", "answered_by", "answered_at")


def answer_item(
    *,
    by: Actor,
    sheet_id: int,
    number: int,
    answer: Answer,
    note: str,
    remedy: str = "",
    due_on: date | None = None,
) -> None:
    """Answer one question; `remedy` and `due_on` are kept of 「いいえ」 only.

    Errors: NOT_FOUND; STATE_CONFLICT on a closed sheet; RECORD_INVALID for 「いいえ」 without why, remedy and a day to come.
    """
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
        found_wrong = answer is Answer.NO
        if found_wrong:
            _followed_up(note, remedy, due_on)
        item.answer, item.note = answer, note.strip()
        item.remedy, item.due_on = (remedy.strip(), due_on) if found_wrong else ("", None)
        item.answered_by, item.answered_at = by.staff_id, clock.now()
        item.save(using=alias, update_fields=_WRITTEN)
        subject = f"sheet:{sheet_id} item:{number} answer:{answer.value}"
        record(alias, by=by, verb=Permission.ASSURANCE_SHEET.value, subject=subject)


def _followed_up(note: str, remedy: str, due_on: date | None) -> None:
    if not note.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="「いいえ」のときは理由を書いてください")
    if not remedy.strip() or due_on is None:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="「いいえ」のときは改善策と期限を書いてください")
    if not clock.today() <= due_on <= clock.today() + LONGEST:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="改善の期限は今日から1年以内の日にしてください")
