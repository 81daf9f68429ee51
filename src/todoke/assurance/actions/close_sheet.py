"""自己点検・内部監査の票を完了する: all is answered, and by others; what was found becomes evidence of each promise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from todoke.access import directory
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.actions.confirm_promise import LONGEST
from todoke.assurance.flows import SHEET, SheetState
from todoke.assurance.models import Answer, Confirmation, Finding, Sheet, SheetItem
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.workflow.runner import move, of

_FOUND: Final = {Answer.YES.value: Finding.KEPT, Answer.NO.value: Finding.BROKEN}


def close_sheet(*, by: Actor, sheet_id: int) -> None:
    """Close a sheet. Errors: NOT_FOUND; RECORD_INVALID with open questions; SAME_PERSON; STATE_CONFLICT."""
    require(by, Permission.ASSURANCE_SHEET_CLOSE)
    alias = directory.alias()
    with transaction.atomic(using=alias):
        sheet = Sheet.objects.using(alias).select_for_update().filter(pk=sheet_id).first()
        if sheet is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="票")
        items = SheetItem.objects.using(alias).filter(sheet=sheet).order_by("number")
        if unanswered := items.filter(answer="").count():
            raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"{unanswered:,} 問に答えがありません")
        if own := items.filter(answered_by=by.staff_id).count():
            raise TodokeError(ErrorCode.SAME_PERSON, count=own)
        move(alias, SHEET, of(SHEET, [sheet_id]), to=SheetState.CLOSED, by=by)
        Confirmation.objects.using(alias).bulk_create(_confirmations(sheet, items))


def _confirmations(sheet: Sheet, items: QuerySet[SheetItem]) -> Iterator[Confirmation]:
    """Every answer but 「該当なし」 as that person's confirmation of the promise, for a year."""
    now, until = clock.now(), clock.today() + LONGEST
    for one in items.filter(answer__in=_FOUND):
        remedy = f"改善策: {one.remedy}（期限 {one.due_on:%Y-%m-%d}）" if one.due_on else ""
        yield Confirmation(
            promise=one.promise, finding=_FOUND[one.answer], note=f"{one.note or one.get_answer_display()} {remedy}".strip(),
            document=f"{sheet.get_kind_display()}「{sheet.title}」問{one.number}", confirmed_by=one.answered_by,
            confirmed_at=now, valid_until=until,
        )  # fmt: skip
