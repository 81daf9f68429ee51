"""応対の記録 (note_call): what was said, and whom the benefits section calls back."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.models import CallNote, CallReturn
from todoke.systems.benefits.queries.aftermath import calls
from todoke.systems.benefits.rules.households.phones import phone

ALIAS = "benefits"


def note_call(*, call_id: int, text: str, number: str, call_back: bool, by: Actor) -> CallNote:
    """Keep what was said. `number` is where to call back; it is no contact of the person, for nobody has verified it.

    Errors: NOT_FOUND for somebody else's call; RECORD_INVALID without words; NUMBER_INVALID without a telephone number.
    """
    require(by, Permission.BENEFITS_CALL_NOTE)
    if not text.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="応対の内容がありません")
    digits = phone(number) if number.strip() else ""
    if digits is None or (call_back and not digits):
        raise TodokeError(ErrorCode.NUMBER_INVALID, kind="折り返しの電話番号")
    with transaction.atomic(using=ALIAS):
        call = calls.call(call_id, by.staff_id)
        made = CallNote.objects.using(ALIAS).create(
            call=call, text=text.strip(), call_back=call_back, phone=digits if call_back else "",
            noted_at=clock.now(), noted_by=by.staff_id,
        )  # fmt: skip
        about = Person("resident_code", call.resident_code) if call.resident_code else None
        subject = f"call {call.pk} note {made.pk}"
        record(
            ALIAS, by=by, verb="benefits:call:note", subject=subject, persons=int(bool(about)), about=about
        )
    return made


def return_call(*, note_id: int, text: str, by: Actor) -> None:
    """Somebody was called back. Errors: NOT_FOUND; ALREADY_DONE for a second time."""
    require(by, Permission.BENEFITS_CALL_RETURN)
    note = CallNote.objects.using(ALIAS).filter(pk=note_id, call_back=True).select_related("call").first()
    if note is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この折り返し")
    with transaction.atomic(using=ALIAS):
        try:
            with transaction.atomic(using=ALIAS):
                CallReturn.objects.using(ALIAS).create(
                    note=note, text=text.strip(), returned_at=clock.now(), returned_by=by.staff_id
                )
        except IntegrityError as error:
            raise TodokeError(ErrorCode.ALREADY_DONE, detail="折り返しは済んでいます") from error
        code = note.call.resident_code
        about = Person("resident_code", code) if code else None
        verb = Permission.BENEFITS_CALL_RETURN.value
        record(ALIAS, by=by, verb=verb, subject=f"note {note.pk}", persons=int(bool(about)), about=about)
