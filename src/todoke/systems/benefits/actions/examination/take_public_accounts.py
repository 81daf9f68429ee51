"""公金受取口座の取込: accounts from the registry for households whose account is missing or failed; each is examined anew."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits import codecs
from todoke.systems.benefits.queries.examination.accounts import ACCOUNTS
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"
_LOCK = """
SELECT FROM benefits_case c JOIN given_accounts g ON g.case_number = c.case_number
WHERE c.programme = %(programme)s ORDER BY c.id FOR UPDATE OF c
"""
_MATCHED = f"""
CREATE TEMPORARY TABLE matched_accounts ON COMMIT DROP AS
SELECT g.*, c.id AS case_id,
    CASE WHEN c.id IS NULL THEN 'case_number|この事業にない給付管理番号です'
        WHEN g.asked_on > %(today)s THEN 'asked_on|今日より後の日付です' END AS fault,
    CASE WHEN c.state NOT IN ('failed', 'deficient') THEN 'not_waiting'
        WHEN g.registered = '0' THEN 'not_registered'
        WHEN (k.bank_code, k.branch_code, k.account_type, k.account_number, k.account_holder_kana)
            IS NOT DISTINCT FROM
            (g.bank_code, g.branch_code, g.account_type, g.account_number, g.account_holder_kana) THEN 'same'
        ELSE 'taken' END AS ended
FROM given_accounts g
LEFT JOIN benefits_case c ON c.programme = %(programme)s AND c.case_number = g.case_number
LEFT JOIN {ACCOUNTS} k ON k.case_id = c.id
"""
_FAULTS = "SELECT source_row, fault FROM matched_accounts WHERE fault IS NOT NULL ORDER BY source_row"
_KEEP = """
INSERT INTO benefits_account_correction (case_id, number, bank_code, branch_code, account_type, account_number,
    account_holder_kana, source, source_on, recorded_at, recorded_by)
SELECT m.case_id, coalesce((SELECT max(number) FROM benefits_account_correction k WHERE k.case_id = m.case_id), 0) + 1,
    m.bank_code, m.branch_code, m.account_type, m.account_number, m.account_holder_kana, 'public', m.asked_on, %(now)s, %(by)s
FROM matched_accounts m WHERE m.ended = 'taken' ORDER BY m.case_id
"""
_MOVE = """
UPDATE benefits_case c SET state = 'received', state_at = %(now)s, state_by = %(by)s
FROM matched_accounts m WHERE m.case_id = c.id AND m.ended = 'taken'
"""
_COUNTS = "SELECT ended, count(*) FROM matched_accounts GROUP BY ended"


@dataclass(frozen=True, kw_only=True)
class TakenAccounts:
    """How many accounts were taken, and how many rows were left aside, by reason."""

    taken: int
    not_registered: int
    same: int
    not_waiting: int


def take_public_accounts(*, programme: Programme, file: Path, by: Actor, name: str = "") -> TakenAccounts:
    """Take the registry's answers, with their day, for cases that failed or are deficient; these go back to examination,
    where another name than the resident's stops them as on any form. What is the account of now is no other account.

    Errors: INPUT_MISSING; InputRefused with every bad row. The same file again takes nothing.
    """
    require(by, Permission.BENEFITS_ACCOUNT)
    name = name or file.name
    if not file.is_file():
        raise TodokeError(ErrorCode.INPUT_MISSING, file=name)
    given = codecs.read_public_accounts(file, name=name)
    values = {"programme": programme.code, "today": clock.today(), "now": clock.now(), "by": by.staff_id}
    with transaction.atomic(using=ALIAS):
        found = _take(given, values, name=name)
        subject = f"programme {programme.code} public accounts sha256 {sha256(file.read_bytes()).hexdigest()}"
        record(ALIAS, by=by, verb="benefits:account:correct", subject=subject, persons=found.taken)
    return found


def _take(given: pa.Table, values: dict[str, Any], *, name: str) -> TakenAccounts:
    postgres.join_whole_tables(ALIAS)
    postgres.stage(ALIAS, "given_accounts", given)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_LOCK, values)
        cursor.execute(_MATCHED, values)
        cursor.execute(_FAULTS)
        if faults := cursor.fetchall():
            raise InputRefused(name, [_bad(name, row, fault) for row, fault in faults])
        cursor.execute(_KEEP, values)
        cursor.execute(_MOVE, values)
        cursor.execute(_COUNTS)
        counted = dict(cursor.fetchall())
    return TakenAccounts(
        taken=counted.get("taken", 0), not_registered=counted.get("not_registered", 0),
        same=counted.get("same", 0), not_waiting=counted.get("not_waiting", 0),
    )  # fmt: skip


def _bad(file: str, row: int, fault: str) -> BadRow:
    column, _, rule = fault.partition("|")
    return BadRow(file=file, row=row, column=column, shown="●●●", rule=rule)
