"""照会対象者の検索: the row number of a person in an order, by 住基個人コード. Logged by person, found or not."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.inquiry.models import Subject

ALIAS = "inquiry"


def find_subject(*, order_id: str, resident_code: str, by: Actor) -> int:
    """Errors: PURPOSE_MISSING; NOT_FOUND when the order does not ask about this person."""
    require(by, Permission.INQUIRY_SUBJECT_READ)
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=Permission.INQUIRY_SUBJECT_READ.value)
    with transaction.atomic(using=ALIAS):
        rows = Subject.objects.using(ALIAS).filter(order_id=order_id, resident_code=resident_code)
        position = rows.values_list("position", flat=True).first()
        person, what = Person("resident_code", resident_code), f"search {order_id}"
        record(
            ALIAS,
            by=by,
            verb="inquiry:subject:read",
            subject=what,
            persons=int(position is not None),
            about=person,
        )
    if position is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この依頼の照会対象者")
    return position
