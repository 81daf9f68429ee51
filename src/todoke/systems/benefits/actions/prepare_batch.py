"""支払の起案: approved cases are reserved into numbered batches, in the same transaction that makes the batches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.rules import account_name, bank_days
from todoke.systems.benefits.rules.case_state import CaseState
from todoke.systems.benefits.rules.office import PayingOffice
from todoke.systems.benefits.rules.programme import Programme

pc: Any = pyarrow.compute
ALIAS = "benefits"

_HOLDERS = """
SELECT c.id AS case_id, a.account_holder_kana
FROM benefits_case c JOIN benefits_application a ON a.case_id = c.id AND a.refusal = ''
WHERE c.programme = $1 AND c.state = 'approved'
ORDER BY c.id
"""
_RESERVED = """
CREATE TEMPORARY TABLE reserved_cases ON COMMIT DROP AS
SELECT c.id AS case_id, c.lineage, c.amount_yen, a.id AS approval_id, a.examined_by, a.approved_by, p.holder,
    f.bank_code, f.branch_code, f.account_type, f.account_number,
    %(first)s + (row_number() OVER (ORDER BY c.case_number) - 1) / %(limit)s AS batch_number
FROM payable_cases p
JOIN benefits_case c ON c.id = p.case_id AND c.programme = %(programme)s AND c.state = 'approved'
JOIN (
    SELECT DISTINCT ON (case_id) id, case_id, examined_by, approved_by FROM benefits_approval ORDER BY case_id, id DESC
) a ON a.case_id = c.id
JOIN benefits_application f ON f.case_id = c.id AND f.refusal = ''
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
FROM reserved_cases ORDER BY case_id
"""
_TRANSFERS = """
INSERT INTO benefits_transfer (
    payment_id, batch_id, attempt, amount_yen, bank_code, branch_code, account_type, account_number,
    account_holder_kana
)
SELECT p.id, b.id, 1, p.amount_yen, r.bank_code, r.branch_code, r.account_type, r.account_number, r.holder
FROM reserved_cases r
JOIN benefits_payment p ON p.case_id = r.case_id
JOIN benefits_payment_batch b ON b.programme = %(programme)s AND b.number = r.batch_number
ORDER BY p.id
"""
_MOVE = """
UPDATE benefits_case c SET state = 'reserved', state_at = %(now)s, state_by = %(by)s
FROM reserved_cases r WHERE r.case_id = c.id
"""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What was reserved, and how many approved cases stay behind (dead, gone from the register, newly protected,
    or no longer eligible)."""

    batches: int
    payments: int
    total_yen: int
    held_back: int


def prepare_batch(
    *, programme: Programme, office: PayingOffice, by: Actor, transfer_on: date | None = None
) -> Prepared:
    """Reserve every approved case that may still be paid; a bank file's limit of lines makes several batches.

    The newest decision and the newest register are asked once more. Errors: NOT_FOUND without them,
    STATE_CONFLICT when banks are closed on the day.
    """
    require(by, Permission.BENEFITS_PAY)
    day = transfer_on or programme.transfer_on
    if bank_days.is_closed(day):
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"振込指定日 {day} は銀行の休業日です")
    payable, held_back = _payable(programme)
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
        postgres.stage(ALIAS, "payable_cases", payable)
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
        record(
            ALIAS, by=by, verb="benefits:payment:prepare", subject=f"programme {programme.code}", persons=payments
        )  # fmt: skip
    return Prepared(batches=len(made), payments=payments, total_yen=total_yen, held_back=held_back)


def _payable(programme: Programme) -> tuple[pa.Table, int]:
    """case_id and holder (Zengin kana) of the approved cases that may be paid now, and how many may not."""
    run, register = queries.newest_run(programme.code), queries.latest_register()
    cases = queries.cases_with_payees(programme.code, CaseState.APPROVED, run=run, register=register)
    alive = pc.fill_null(pc.not_equal(cases["left_reason"], "死亡"), True)
    may = pc.and_(pc.and_(cases["in_register"], alive), pc.invert(cases["protected"]))
    may = pc.and_(may, pc.fill_null(pc.equal(cases["decided"], "eligible"), False))
    holders = postgres.read(ALIAS, _HOLDERS, (programme.code,))
    names = account_name.writable(holders["account_holder_kana"].combine_chunks())
    named = pa.table({"case_id": holders["case_id"], "holder": names})
    payable = cases.filter(may).select(["case_id"]).join(named, "case_id", join_type="inner")
    payable = payable.filter(pc.is_valid(payable["holder"])).sort_by("case_id")
    return payable, cases.num_rows - payable.num_rows
