"""返戻の登録: one envelope at the scanner, noted at the letter that was posted last, or an answer why not."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.identifiers import case_number
from todoke.kernel import clock
from todoke.oplog.entry import Outcome
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.benefits.rules.intake import answers as intake
from todoke.systems.benefits.rules.letters.returns import MOST, ReturnAnswer, ReturnReason

ALIAS = "benefits"
# Of a city that keeps no mailings every printed letter counts as posted; else only those that were confirmed and not taken out
_LOOK = """
SELECT c.id, l.id, r.id IS NOT NULL,
    (SELECT count(*) FROM benefits_returned_mail b JOIN benefits_letter o ON o.id = b.letter_id
     WHERE o.case_id = c.id AND b.undone_at IS NULL)
FROM benefits_case c
LEFT JOIN LATERAL (
    SELECT l.id FROM benefits_letter l LEFT JOIN benefits_mailing_file o ON o.file_id = l.file_id
    LEFT JOIN benefits_mailing m ON m.id = o.mailing_id
    LEFT JOIN benefits_pull p ON p.letter_id = l.id AND p.register_snapshot = m.register_snapshot
    WHERE l.case_id = c.id AND (m.id IS NULL OR m.state = 'dispatched') AND p.id IS NULL
    ORDER BY l.number DESC LIMIT 1
) l ON true
LEFT JOIN benefits_returned_mail r ON r.letter_id = l.id AND r.undone_at IS NULL
WHERE c.case_number = %(number)s
FOR UPDATE OF c
"""
_NOTE = """
INSERT INTO benefits_returned_mail (letter_id, reason, noted_at, noted_by)
VALUES (%(letter)s, %(reason)s, %(now)s, %(by)s)
ON CONFLICT (letter_id) WHERE undone_at IS NULL DO NOTHING RETURNING id
"""


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What an envelope was answered; `case_id` when the number is ours."""

    answer: ReturnAnswer
    number: str
    case_id: int | None = None


def note_return(*, number: str, reason: ReturnReason, by: Actor) -> Returned:
    """Note the return, or say why not; nothing but the log changes then."""
    require(by, Permission.BENEFITS_MAIL_RETURN)
    typed = intake.typed(number)
    with transaction.atomic(using=ALIAS):
        found = _noted(typed, reason, by)
        outcome = Outcome.REFUSED if found.answer.stops else Outcome.DONE
        about = Person("case_number", found.number) if found.case_id else None
        record(
            ALIAS, by=by, verb=Permission.BENEFITS_MAIL_RETURN.value, subject=f"return {found.answer.value}",
            persons=int(not found.answer.stops), outcome=outcome, about=about,
        )  # fmt: skip
    return found


def _noted(typed: str, reason: ReturnReason, by: Actor) -> Returned:
    if not case_number.is_valid(typed):
        return Returned(answer=ReturnAnswer.MISREAD, number="")
    rows = postgres.fetch(ALIAS, _LOOK, {"number": typed})
    if not rows:
        return Returned(answer=ReturnAnswer.UNKNOWN, number=typed)
    case, letter, twice, before = rows[0]
    if letter is None:
        return Returned(answer=ReturnAnswer.NOT_SENT, number=typed, case_id=case)
    values = {"letter": letter, "reason": reason.value, "now": clock.now(), "by": by.staff_id}
    if twice or not postgres.fetch(ALIAS, _NOTE, values):
        return Returned(answer=ReturnAnswer.TWICE, number=typed, case_id=case)
    answer = ReturnAnswer.AGAIN if before + 1 >= MOST else ReturnAnswer.NOTED
    return Returned(answer=answer, number=typed, case_id=case)
