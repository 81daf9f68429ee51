"""銀行の結果の取込: every transfer of a batch ends paid or failed, by the bank's own list, taken whole or refused whole."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.kernel.errors import BadRow, ErrorCode, InputRefused, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits import codecs
from todoke.systems.benefits.rules.programme import Programme

ALIAS = "benefits"

_BATCH = """
SELECT b.id, b.transfer_on, f.id IS NOT NULL FROM benefits_payment_batch b
LEFT JOIN benefits_bank_file f ON f.batch_id = b.id
WHERE b.programme = %s AND b.number = %s FOR UPDATE OF b
"""
_AGAIN = "SELECT imported_at, imported_by FROM benefits_result_file WHERE sha256 = %s"
_MATCHED = """
CREATE TEMPORARY TABLE matched_results ON COMMIT DROP AS
SELECT g.source_row, g.settled_on, g.failure, CASE g.result WHEN '1' THEN 'paid' ELSE 'failed' END AS outcome,
    t.id AS transfer_id, p.case_id, t.amount_yen,
    CASE
        WHEN t.id IS NULL THEN 'customer_code|この振込ファイルにない顧客コードです'
        WHEN (t.bank_code, t.branch_code, t.account_number) <> (g.bank_code, g.branch_code, g.account_number)
            THEN 'account_number|依頼した口座と異なります'
        WHEN t.amount_yen <> g.amount THEN 'amount|依頼した金額と異なります'
        WHEN r.id IS NOT NULL THEN 'customer_code|結果は既に取り込まれています'
        WHEN c.id IS NOT NULL THEN 'customer_code|組戻しが済んでいます'
        WHEN g.result = '1' AND g.failure <> '' THEN 'failure|振込済みの行に不能事由があります'
        WHEN g.settled_on < %(transfer_on)s THEN 'settled_on|振込指定日より前の日です'
    END AS fault
FROM given_results g
LEFT JOIN (benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id JOIN benefits_case k ON k.id = p.case_id)
    ON t.batch_id = %(batch)s AND lpad(k.case_number, 20, '0') = g.customer_code
LEFT JOIN benefits_transfer_result r ON r.transfer_id = t.id
LEFT JOIN benefits_recall c ON c.transfer_id = t.id AND c.state = 'returned'
"""
_FAULTS = "SELECT source_row, fault FROM matched_results WHERE fault IS NOT NULL ORDER BY source_row"
_REST = """
INSERT INTO matched_results (source_row, settled_on, failure, outcome, transfer_id, case_id, amount_yen)
SELECT NULL, %(transfer_on)s, '', 'paid', t.id, p.case_id, t.amount_yen
FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id
WHERE t.batch_id = %(batch)s
    AND NOT EXISTS (SELECT FROM matched_results m WHERE m.transfer_id = t.id)
    AND NOT EXISTS (SELECT FROM benefits_transfer_result r WHERE r.transfer_id = t.id)
    AND NOT EXISTS (
        SELECT FROM benefits_recall c WHERE c.transfer_id = t.id AND c.state IN ('confirmed', 'returned'))
"""
_FILE = """
INSERT INTO benefits_result_file (batch_id, name, sha256, rest_is_paid, paid, paid_yen, failed, failed_yen,
    imported_at, imported_by)
SELECT %(batch)s, %(name)s, %(sha256)s, %(rest)s, count(*) FILTER (WHERE outcome = 'paid'),
    coalesce(sum(amount_yen) FILTER (WHERE outcome = 'paid'), 0), count(*) FILTER (WHERE outcome = 'failed'),
    coalesce(sum(amount_yen) FILTER (WHERE outcome = 'failed'), 0), %(now)s, %(by)s
FROM matched_results
RETURNING id, paid, paid_yen, failed, failed_yen
"""
_RESULTS = """
INSERT INTO benefits_transfer_result (
    transfer_id, batch_id, file_id, outcome, failure, amount_yen, settled_on, source_row
)
SELECT transfer_id, %(batch)s, %(file)s, outcome, failure, amount_yen, settled_on, source_row
FROM matched_results ORDER BY transfer_id
"""
_MOVE = """
UPDATE benefits_case c SET state = m.outcome, state_at = %(now)s, state_by = %(by)s
FROM matched_results m WHERE m.case_id = c.id AND c.state = 'ordered'
"""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What the list came to."""

    paid: int
    paid_yen: int
    failed: int
    failed_yen: int


def import_results(
    *, programme: Programme, number: int, file: Path, by: Actor, rest_is_paid: bool = False, name: str = ""
) -> Imported:
    """Take the bank's list for one batch. `rest_is_paid`: it names only failures, all others were paid.

    Errors: InputRefused with every bad row (unknown, another account or yen, already known …), NOT_FOUND,
    STATE_CONFLICT before there is a bank file, ALREADY_DONE for the same list again.
    """
    require(by, Permission.BENEFITS_RESULT)
    data = file.read_bytes() if file.is_file() else None
    if data is None:
        raise TodokeError(ErrorCode.INPUT_MISSING, file=name or file.name)
    given, name = codecs.read_results(file, name=name or file.name), name or file.name
    values: dict[str, Any] = {
        "name": name,
        "sha256": sha256(data).hexdigest(),
        "rest": rest_is_paid,
        "now": clock.now(),
        "by": by.staff_id,
    }
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(_BATCH, [programme.code, number])
        row = cursor.fetchone()
        if row is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what=f"支払単位 {number}")
        values["batch"], values["transfer_on"], ordered = row
        if not ordered:
            raise TodokeError(
                ErrorCode.STATE_CONFLICT, detail=f"支払単位 {number} の振込ファイルはまだありません"
            )
        _refuse_again(values)
        found = _take(given, values)
        subject = f"batch {programme.code} {number} sha256 {values['sha256']}"
        record(
            ALIAS, by=by, verb="benefits:result:import", subject=subject, persons=found.paid + found.failed
        )
    return found


def _refuse_again(values: dict[str, Any]) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_AGAIN, [values["sha256"]])
        if before := cursor.fetchone():
            at = before[0].astimezone(clock.JAPAN)
            raise TodokeError(
                ErrorCode.ALREADY_DONE,
                detail=f"同じ内容の結果を {wareki(at.date())} {at:%H:%M} に {before[1]} が取込済み",
            )


def _take(given: pa.Table, values: dict[str, Any]) -> Imported:
    rows = pa.array(np.arange(2, given.num_rows + 2, dtype=np.int32))
    postgres.join_whole_tables(ALIAS)
    postgres.stage(ALIAS, "given_results", given.append_column("source_row", rows))
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_MATCHED, values)
        cursor.execute(_FAULTS)
        if faults := cursor.fetchall():
            raise InputRefused(values["name"], [_bad(values["name"], row, fault) for row, fault in faults])
        if values["rest"]:
            cursor.execute(_REST, values)
        cursor.execute(_FILE, values)
        values["file"], paid, paid_yen, failed, failed_yen = cursor.fetchone()
        if not paid + failed:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="新しい結果が1件もありません")
        cursor.execute(_RESULTS, values)
        cursor.execute(_MOVE, values)
    return Imported(paid=paid, paid_yen=paid_yen, failed=failed, failed_yen=failed_yen)


def _bad(file: str, row: int, fault: str) -> BadRow:
    column, _, rule = fault.partition("|")
    return BadRow(file=file, row=row, column=column, shown="●●●", rule=rule)
