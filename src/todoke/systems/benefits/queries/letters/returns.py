"""返戻の一覧: every letter that came back, with what the newest register says of its address, and deficiency letters by their last day."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from todoke.engine import duck, postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.queries.payments.paying import latest_register, with_payees
from todoke.systems.benefits.rules.letters.mailing_state import PRINTED_AS, PULL_TITLES, pull_reason

ALIAS = "benefits"
_OPEN = """
SELECT r.id AS returned_id, r.reason AS why, r.noted_at, l.printed_as, c.id AS case_id, c.case_number,
    c.payee_resident_code, c.protected, c.state = 'printed' AS wanted, o.id IS NOT NULL AS ordered,
    (SELECT count(*) FROM benefits_returned_mail b JOIN benefits_letter m ON m.id = b.letter_id
     WHERE m.case_id = c.id AND b.undone_at IS NULL) AS times
FROM benefits_returned_mail r JOIN benefits_letter l ON l.id = r.letter_id JOIN benefits_case c ON c.id = l.case_id
LEFT JOIN benefits_resend_order o ON o.letter_id = l.id
WHERE r.undone_at IS NULL AND NOT EXISTS (
    SELECT FROM benefits_letter n WHERE n.case_id = c.id AND n.number > l.number)
ORDER BY r.id
"""
_STANDING = f"""
SELECT returned_id, case_id, case_number, why, noted_at, times, ordered, {pull_reason()} AS standing
FROM (SELECT *, {PRINTED_AS} AS now_as FROM returned) ORDER BY noted_at, returned_id
"""
_DEADLINES = """
SELECT c.id, c.case_number, e.codes, (f.printed_at AT TIME ZONE 'Asia/Tokyo')::date, l.answer_until
FROM benefits_letter l JOIN benefits_letter_file f ON f.id = l.file_id JOIN benefits_case c ON c.id = l.case_id
JOIN LATERAL (
    SELECT codes FROM benefits_examination e WHERE e.case_id = c.id ORDER BY e.id DESC LIMIT 1
) e ON true
WHERE f.kind = 'deficiency' AND c.state = 'deficient' AND NOT EXISTS (
    SELECT FROM benefits_letter n JOIN benefits_letter_file g ON g.id = n.file_id
    WHERE n.case_id = c.id AND n.number > l.number AND g.kind = 'deficiency')
ORDER BY l.answer_until, c.case_number
"""


class Back(NamedTuple):
    """A letter that came back and was not sent again: the post's reason, how often by now, and how the register stands:
    `changed` is another address or name than the printed one, empty the same, all else keeps it from being sent."""

    returned_id: int
    case_id: int
    case_number: str
    why: str
    noted_at: datetime
    times: int
    ordered: bool
    standing: str


class Deadline(NamedTuple):
    """A deficiency letter that is not answered yet."""

    case_id: int
    case_number: str
    codes: list[str]
    printed_on: date
    answer_until: date


def open_returns() -> list[Back]:
    """Returned letters that wait for somebody, the oldest first. Reads committed rows only."""
    returned = postgres.read(ALIAS, _OPEN)
    if not returned.num_rows:
        return []
    with duck.connect() as connection:
        connection.register("returned", with_payees(returned, latest_register()))
        rows = duck.table(connection, _STANDING).to_pylist()
    return [Back(**{**row, "standing": row["standing"] or ""}) for row in rows]


def one(returned_id: int) -> Back:
    """One of them; NOT_FOUND otherwise."""
    found = next((row for row in open_returns() if row.returned_id == returned_id), None)
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="その返戻")
    return found


def own_today(by: str, since: datetime) -> int:
    """How many returns a person noted since then."""
    query = "SELECT count(*) FROM benefits_returned_mail WHERE noted_by = %s AND noted_at >= %s AND undone_at IS NULL"
    ((count,),) = postgres.fetch(ALIAS, query, (by, since))
    return int(count)


def deadlines() -> list[Deadline]:
    """Deficiency letters without an answer, the first due day first."""
    return [Deadline(*row) for row in postgres.fetch(ALIAS, _DEADLINES)]


STANDINGS = {**{reason.value: title for reason, title in PULL_TITLES.items()}, "": "印刷した住所・氏名のまま"}
"""What the newest register says, in words; PROTECTED is not said in a list (rules/households/protection.py)."""
