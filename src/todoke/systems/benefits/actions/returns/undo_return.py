"""返戻の取消し: the last envelope that one scanned oneself today, before anybody had the letter sent again."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record

ALIAS = "benefits"
_LAST = """
SELECT r.id, c.case_number FROM benefits_returned_mail r
JOIN benefits_letter l ON l.id = r.letter_id JOIN benefits_case c ON c.id = l.case_id
WHERE r.noted_by = %(by)s AND r.undone_at IS NULL
    AND (r.noted_at AT TIME ZONE 'Asia/Tokyo')::date = %(today)s
    AND NOT EXISTS (SELECT FROM benefits_resend_order o WHERE o.letter_id = r.letter_id)
ORDER BY r.noted_at DESC, r.id DESC LIMIT 1 FOR UPDATE OF r
"""
_UNDO = "UPDATE benefits_returned_mail SET undone_at = %(now)s, undone_by = %(by)s WHERE id = %(id)s"


def undo_return(*, by: Actor) -> str:
    """The 給付管理番号 whose return is undone. NOT_FOUND when one has scanned none today that may be undone still."""
    require(by, Permission.BENEFITS_MAIL_RETURN)
    with transaction.atomic(using=ALIAS):
        rows = postgres.fetch(ALIAS, _LAST, {"by": by.staff_id, "today": clock.today()})
        if not rows:
            raise TodokeError(ErrorCode.NOT_FOUND, what="今日、自分で登録した返戻")
        returned, number = rows[0]
        postgres.execute(ALIAS, _UNDO, {"id": returned, "now": clock.now(), "by": by.staff_id})
        record(
            ALIAS, by=by, verb="benefits:mail:undo", subject=f"return {returned}", persons=1,
            about=Person("case_number", number),
        )  # fmt: skip
    return str(number)
