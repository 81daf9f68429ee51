"""支払の起案: approved cases are reserved into numbered batches, in the same transaction that makes the batches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.queries.examination.accounts import ACCOUNTS
from todoke.systems.benefits.queries.payments.payable import payable
from todoke.systems.benefits.rules.payments import bank_days
from todoke.systems.benefits.rules.payments.office import PayingOffice
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"

_RESERVED = f"""
CREATE TEMPORARY TABLE reserved_cases ON COMMIT DROP AS
SELECT c.id AS case_id, c.lineage, c.amount_yen, a.id AS approval_id, a.examined_by, a.approved_by, p.holder,
    f.bank_code, f.branch_code, f.account_type, f.account_number,
    %(first)s + (row_number() OVER (ORDER BY c.case_number) - 1) / %(limit)s AS batch_number
FROM payable_cases p
JOIN benefits_case c ON c.id = p.case_id AND c.programme = %(programme)s AND c.state = 'approved'
JOIN (
    SELECT DISTINCT ON (case_id) id, case_id, examined_by, approved_by FROM benefits_approval ORDER BY case_id, id DESC
) a ON a.case_id = c.id
JOIN {ACCOUNTS} f ON f.case_id = c.id
ORDER BY c.case_number
"""
_BATCHES = """
INSERT INTO benefits_payment_batch (
    programme, number, payments, total_yen, transfer_on, prepared_at, prepared_by
)
SELECT %(programme)s, batch_number, count(*), sum(amount_yen), %(transfer_on)s, %(now)s, %(by)s
FROM reserved_cases GROUP BY batch_number ORDER BY batch_number
RETURNING payments, total_yen
"""
_PAYMENTS = """
INSERT INTO benefits_payment (
    programme, lineage, case_id, approval_id, amount_yen, examined_by, approved_by, reserved_at, reserved_by
)
SELECT %(programme)s, lineage, case_id, approval_id, amount_yen, examined_by, approved_by, %(now)s, %(by)s
FROM reserved_cases r WHERE NOT EXISTS (SELECT FROM benefits_payment o WHERE o.case_id = r.case_id) ORDER BY case_id
"""
_TRANSFERS = """
INSERT INTO benefits_transfer (
    payment_id, batch_id, attempt, follows_id, amount_yen, bank_code, branch_code, account_type, account_number,
    account_holder_kana
)
SELECT p.id, b.id, coalesce(l.attempt, 0) + 1, l.id, p.amount_yen, r.bank_code, r.branch_code, r.account_type, r.account_number, r.holder
FROM reserved_cases r
JOIN benefits_payment p ON p.case_id = r.case_id
JOIN benefits_payment_batch b ON b.programme = %(programme)s AND b.number = r.batch_number
LEFT JOIN (
    SELECT DISTINCT ON (payment_id) id, payment_id, attempt FROM benefits_transfer ORDER BY payment_id, attempt DESC
) l ON l.payment_id = p.id
ORDER BY p.id
"""
_MOVE = """
UPDATE benefits_case c SET state = 'reserved', state_at = %(now)s, state_by = %(by)s
FROM reserved_cases r WHERE r.case_id = c.id
"""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What was reserved, and how many approved cases stay behind, by reason (`rules.held_back`)."""

    batches: int
    payments: int
    total_yen: int
    held_back: dict[str, int]


def prepare_batch(
    *,
    programme: Programme,
    office: PayingOffice,
    by: Actor,
    transfer_on: date | None = None,
    expected: int | None = None,
) -> Prepared:
    """Reserve every approved case that may still be paid; a bank file's limit of lines makes several batches.

    Without a day: the programme's, or the first for which the bank still takes a file. The newest decision and the newest
    register are asked once more. `expected`: how many the person saw. Errors: NOT_FOUND without them, STATE_CONFLICT when
    banks are closed on the day or its cut-off is over, or another number can be paid by now.
    """
    require(by, Permission.BENEFITS_PAY)
    first = office.earliest(clock.now())
    day = transfer_on or max(programme.transfer_on, first)
    _check(day, first)
    found = payable(programme.code)
    values: dict[str, Any] = {
        "programme": programme.code,
        "limit": office.lines_per_file,
        "transfer_on": day,
        "now": clock.now(),
        "by": by.staff_id,
    }
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('benefits:pay', 0))")
        postgres.join_whole_tables(ALIAS)
        postgres.stage(ALIAS, "payable_cases", found.cases)
        cursor.execute(
            "SELECT coalesce(max(number), 0) + 1 FROM benefits_payment_batch WHERE programme = %s",
            [programme.code],
        )
        (values["first"],) = cursor.fetchone()
        cursor.execute(_RESERVED, values)
        cursor.execute(_BATCHES, values)
        made = cursor.fetchall()
        for statement in (_PAYMENTS, _TRANSFERS, _MOVE):
            cursor.execute(statement, values)
        payments, total_yen = sum(row[0] for row in made), sum(row[1] for row in made)
        if expected not in (None, payments):
            detail = f"確かめた {expected:,} 件ではなく、今は {payments:,} 件です"
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
        record(
            ALIAS, by=by, verb="benefits:payment:prepare", subject=f"programme {programme.code}", persons=payments
        )  # fmt: skip
    return Prepared(batches=len(made), payments=payments, total_yen=total_yen, held_back=found.held_back)


def _check(day: date, first: date) -> None:
    if bank_days.is_closed(day):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"振込指定日 {day} は銀行の休業日です")
    if day < first:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT,
            detail=f"振込指定日 {day} は銀行の締切を過ぎています。{first} 以後の日にしてください",
        )
