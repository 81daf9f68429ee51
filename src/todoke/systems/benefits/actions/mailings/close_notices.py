"""お知らせの期限: whoever neither declined nor named another account by the last day is taken to accept; now it is examined."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.queries.letters.waiting import NEWEST_FORM, UNDELIVERED
from todoke.systems.benefits.rules.deciding.push import Route
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"

# A letter that came back, was taken out or was never posted told nobody of the last day.
# Whose form arrives at the same moment keeps its arrival, and is not silent (unique constraint)
_ARRIVE = f"""
INSERT INTO benefits_arrival (programme, case_id, channel, source, received_on, before_state, arrived_at, arrived_by)
SELECT c.programme, c.id, 'notice', l.sha256, l.opt_out_until + 1, 'printed', %(now)s, %(by)s
FROM benefits_case c JOIN {NEWEST_FORM} l ON l.case_id = c.id
WHERE c.programme = %(programme)s AND c.route = %(notice)s AND c.state = 'printed' AND l.opt_out_until < %(today)s
    AND NOT {UNDELIVERED}
ORDER BY c.id
ON CONFLICT (case_id) WHERE undone_at IS NULL DO NOTHING
"""
# The source is the letter itself, so silence is taken once
_SILENT = f"""
INSERT INTO benefits_application (
    programme, case_id, household_key, received_on, route, declines, declared_supporter_taxed, bank_code, branch_code,
    account_type, account_number, account_holder_kana, refusal, letter_id, source_sha256, source_row, received_at,
    received_by
)
SELECT c.programme, c.id, c.household_key, l.opt_out_until + 1, c.route, false, NULL, t.bank_code, t.branch_code,
    t.account_type, t.account_number, t.account_holder_kana, '', l.id, l.sha256, l.position, %(now)s, %(by)s
FROM benefits_case c JOIN {NEWEST_FORM} l ON l.case_id = c.id
JOIN benefits_transfer t ON t.id = c.known_transfer_id
JOIN benefits_arrival r ON r.case_id = c.id AND r.undone_at IS NULL AND r.channel = 'notice'
WHERE c.programme = %(programme)s AND c.state = 'printed'
    AND NOT EXISTS (SELECT FROM benefits_application a WHERE a.case_id = c.id AND a.refusal = '')
ORDER BY c.id
FOR UPDATE OF c
"""
_MOVE = """
UPDATE benefits_case c SET state = 'received', state_at = %(now)s, state_by = %(by)s
FROM benefits_application a
WHERE a.case_id = c.id AND a.letter_id IS NOT NULL AND c.programme = %(programme)s AND c.state = 'printed'
"""


def close_notices(*, programme: Programme, by: Actor, expected: int | None = None) -> int:
    """Take every お知らせ whose last day is over, and that nobody answered, as accepted; returns how many.

    Such a case then takes the same road as one with a form: examined, approved, paid into the account of before.
    `expected`: how many the person saw; STATE_CONFLICT when it is another number by now.
    """
    require(by, Permission.BENEFITS_RECEIVE)
    values: dict[str, Any] = {
        "programme": programme.code,
        "notice": Route.NOTICE.value,
        "today": clock.today(),
        "now": clock.now(),
        "by": by.staff_id,
    }
    with transaction.atomic(using=ALIAS):
        # no form is received meanwhile (actions/intake/receive_forms.py)
        postgres.execute(ALIAS, "SELECT pg_advisory_xact_lock(hashtextextended('benefits:receive', 0))")
        postgres.join_whole_tables(ALIAS)
        postgres.execute(ALIAS, _ARRIVE, values)
        taken = postgres.execute(ALIAS, _SILENT, values)
        if expected not in (None, taken):
            detail = f"確かめた {expected:,} 件ではなく、今は {taken:,} 件です"
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
        if taken:
            postgres.execute(ALIAS, _MOVE, values)
            subject = f"programme {programme.code}"
            record(ALIAS, by=by, verb="benefits:notice:close", subject=subject, persons=taken)
    return taken
