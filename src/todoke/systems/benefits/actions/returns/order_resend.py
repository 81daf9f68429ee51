"""再発送の指示: the letter goes once more, to the newest address, after somebody checked it; never by itself after a second return."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.models import ResendOrder
from todoke.systems.benefits.rules.letters.returns import MOST

ALIAS = "benefits"
_RETURNED = """
SELECT l.id, c.case_number, c.state, (
    SELECT count(*) FROM benefits_returned_mail b JOIN benefits_letter o ON o.id = b.letter_id
    WHERE o.case_id = c.id AND b.undone_at IS NULL)
FROM benefits_returned_mail r JOIN benefits_letter l ON l.id = r.letter_id JOIN benefits_case c ON c.id = l.case_id
WHERE r.id = %(returned)s AND r.undone_at IS NULL FOR UPDATE OF c
"""


def order_resend(*, returned_id: int, checked: str, by: Actor) -> None:
    """`checked`: how the address was checked. The next run of `letters --kind again` prints it.

    Errors: RECORD_INVALID without a check; NOT_FOUND; STATE_CONFLICT after a second return, or when the household has answered meanwhile;
    ALREADY_DONE.
    """
    require(by, Permission.BENEFITS_MAIL_RETURN)
    if not checked.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="住所をどう確かめたかを書いてください")
    try:
        with transaction.atomic(using=ALIAS):
            rows = postgres.fetch(ALIAS, _RETURNED, {"returned": returned_id})
            if not rows:
                raise TodokeError(ErrorCode.NOT_FOUND, what="その返戻")
            letter, number, state, returns = rows[0]
            if returns >= MOST:
                detail = "2回返ってきた世帯には再発送しません。訪問や電話などで個別に確かめてください"
                raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
            if state != "printed":
                raise TodokeError(ErrorCode.STATE_CONFLICT, detail="この世帯はもう返送を待っていません")
            ResendOrder.objects.using(ALIAS).create(
                letter_id=letter, checked=checked.strip(), ordered_at=clock.now(), ordered_by=by.staff_id
            )
            record(
                ALIAS, by=by, verb="benefits:mail:resend", subject=f"return {returned_id}", persons=1,
                about=Person("case_number", number),
            )  # fmt: skip
    except IntegrityError as error:
        raise TodokeError(ErrorCode.ALREADY_DONE, detail="再発送を指示済み") from error
