"""Whether money is right: statements that find whatever is wrong, and the bank files read by position as a bank does.

`wrong()` is asked after every step of the state machine, after every kill and at the end of every accident. It believes
nothing that the system says of itself: states are compared with rows, rows with files, files with what a bank would do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final

from tests.systems.benefits.world import rows

_DEAD: Final = """(
    EXISTS (SELECT FROM benefits_transfer_result r WHERE r.transfer_id = t.id AND r.outcome = 'failed')
    OR EXISTS (SELECT FROM benefits_recall w WHERE w.transfer_id = t.id AND w.state = 'returned')
    OR EXISTS (SELECT FROM benefits_batch_cancellation x WHERE x.batch_id = t.batch_id AND x.state = 'confirmed'))"""
_ATTEMPTS: Final = f"""(
    SELECT t.*, p.programme, p.lineage, p.case_id, p.examined_by, p.approved_by, {_DEAD} AS dead,
        EXISTS (SELECT FROM benefits_bank_file f WHERE f.batch_id = t.batch_id) AS ordered,
        EXISTS (SELECT FROM benefits_transfer_result r WHERE r.transfer_id = t.id AND r.outcome = 'paid') AS paid
    FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id)"""
_PROVED: Final = f"""
SELECT c.id, c.state, a.n FROM benefits_case c LEFT JOIN (
    SELECT case_id, count(*) FILTER (WHERE NOT dead) AS n, bool_or(NOT dead AND ordered) AS ordered,
        bool_or(NOT dead AND paid) AS paid FROM {_ATTEMPTS} x GROUP BY case_id
) a ON a.case_id = c.id WHERE CASE c.state
    WHEN 'reserved' THEN (a.n, a.ordered) IS DISTINCT FROM (1, false)
    WHEN 'ordered' THEN (a.n, a.ordered, a.paid) IS DISTINCT FROM (1, true, false)
    WHEN 'paid' THEN (a.n, a.paid) IS DISTINCT FROM (1, true)
    WHEN 'refunding' THEN (a.n, a.paid) IS DISTINCT FROM (1, true)
    WHEN 'refunded' THEN (a.n, a.paid) IS DISTINCT FROM (1, true)
    WHEN 'failed' THEN a.n IS DISTINCT FROM 0
    ELSE coalesce(a.n, 0) <> 0 END
"""
CHECKS: Final = {
    "a household is paid twice": f"""
        SELECT programme, lineage FROM {_ATTEMPTS} a WHERE NOT dead GROUP BY 1, 2 HAVING count(*) > 1""",
    "a household has two payments": """
        SELECT programme, lineage FROM benefits_payment GROUP BY 1, 2 HAVING count(*) > 1""",
    "an attempt follows one that has not failed": f"""
        SELECT a.id FROM {_ATTEMPTS} a LEFT JOIN {_ATTEMPTS} b ON b.id = a.follows_id
        WHERE (a.attempt > 1 AND (b.dead IS NOT TRUE OR b.payment_id <> a.payment_id OR b.attempt <> a.attempt - 1))
            OR (a.attempt = 1) <> (a.follows_id IS NULL)""",
    "a batch is not the sum of its transfers": """
        SELECT b.id FROM benefits_payment_batch b LEFT JOIN benefits_transfer t ON t.batch_id = b.id
        GROUP BY b.id HAVING (count(t.id), coalesce(sum(t.amount_yen), 0)) IS DISTINCT FROM (b.payments, b.total_yen)""",
    "a file is not its batch": """
        SELECT f.id FROM benefits_bank_file f JOIN benefits_payment_batch b ON b.id = f.batch_id
        LEFT JOIN benefits_batch_release r ON r.batch_id = b.id
        WHERE r.id IS NULL OR (f.payments, f.total_yen) IS DISTINCT FROM (b.payments, b.total_yen)""",
    "a batch was given up by one, or has a file": """
        SELECT x.id FROM benefits_batch_cancellation x WHERE x.state = 'confirmed' AND (x.confirmed_by = x.asked_by
            OR EXISTS (SELECT FROM benefits_bank_file f WHERE f.batch_id = x.batch_id))""",
    "somebody protected is paid unseen": """
        SELECT c.id FROM benefits_bank_file f JOIN benefits_transfer t USING (batch_id) JOIN benefits_payment p ON p.id = t.payment_id
        JOIN benefits_case c ON c.id = p.case_id JOIN benefits_shielded s ON s.resident_code = c.payee_resident_code
        WHERE NOT EXISTS (SELECT FROM benefits_examination e WHERE e.case_id = c.id AND e.outcome = 'passed'
            AND 'PROTECTION_PROOF' = ANY(e.checks) AND e.examined_at < f.written_at)""",
    "a claim is not the sum of its lines": """
        SELECT r.id FROM benefits_refund r WHERE r.received_yen <> coalesce((SELECT sum(n.amount_yen) FROM benefits_refund_receipt n
            WHERE n.refund_id = r.id AND NOT EXISTS (SELECT FROM benefits_refund_reversal v WHERE v.receipt_id = n.id)), 0)
            OR r.claimed_yen <> r.received_yen + r.written_off_yen + r.open_yen
            OR (r.state IN ('settled', 'written_off')) <> (r.open_yen = 0)""",
    "a claim's state is not its case's": """
        SELECT c.id FROM benefits_case c JOIN benefits_payment p ON p.case_id = c.id
        LEFT JOIN benefits_refund r ON r.payment_id = p.id AND r.state <> 'withdrawn'
        WHERE (c.state = 'refunding') <> (coalesce(r.state, '') IN ('claimed', 'reopened'))
            OR (c.state = 'refunded') <> (coalesce(r.state, '') = 'settled' AND r.claimed_yen = r.paid_yen)""",
    "a transfer is not what was approved": """
        SELECT t.id FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id
        JOIN benefits_case c ON c.id = p.case_id JOIN benefits_approval a ON a.id = p.approval_id
        WHERE (t.amount_yen, t.amount_yen, t.amount_yen) IS DISTINCT FROM (p.amount_yen, c.amount_yen, a.amount_yen)
            OR (p.lineage, p.programme) IS DISTINCT FROM (c.lineage, c.programme)""",
    "no third person released": f"""
        SELECT r.id FROM benefits_batch_release r JOIN benefits_payment_batch b ON b.id = r.batch_id
        LEFT JOIN {_ATTEMPTS} a ON a.batch_id = b.id
        LEFT JOIN benefits_account_correction k ON k.case_id = a.case_id AND k.recorded_at < r.released_at
        LEFT JOIN benefits_approval y ON y.case_id = a.case_id AND y.approved_at < r.released_at
        WHERE r.released_by IN (b.prepared_by, a.examined_by, a.approved_by, k.recorded_by, y.examined_by, y.approved_by)""",
    "nobody else approved": "SELECT id FROM benefits_approval WHERE approved_by = examined_by",
    "results are not what was ordered": """
        SELECT r.id FROM benefits_transfer_result r JOIN benefits_transfer t ON t.id = r.transfer_id
        WHERE (r.amount_yen, r.batch_id) IS DISTINCT FROM (t.amount_yen, t.batch_id)
            OR NOT EXISTS (SELECT FROM benefits_bank_file f WHERE f.batch_id = r.batch_id)""",
    "a list of results does not add up": """
        SELECT f.id FROM benefits_result_file f LEFT JOIN benefits_transfer_result r ON r.file_id = f.id GROUP BY f.id
        HAVING (count(*) FILTER (WHERE r.outcome = 'paid'), coalesce(sum(r.amount_yen) FILTER (WHERE r.outcome = 'paid'), 0),
            count(*) FILTER (WHERE r.outcome = 'failed'), coalesce(sum(r.amount_yen) FILTER (WHERE r.outcome = 'failed'), 0))
            IS DISTINCT FROM (f.paid, f.paid_yen, f.failed, f.failed_yen)""",
    "a day was closed with a difference": """
        SELECT x.id FROM benefits_day_closing x WHERE x.debit_yen IS DISTINCT FROM (
            SELECT sum(d.amount_yen) FROM benefits_bank_debit d WHERE d.day = x.day) OR x.file_yen <> x.debit_yen
            OR x.file_yen <> x.paid_yen + x.failed_yen + x.open_yen""",
    "a state is not what the rows say": _PROVED,
    "an act is not in the log": """
        SELECT verb, acts, logged FROM (
            SELECT 'benefits:payment:release' AS verb, (SELECT count(*) FROM benefits_batch_release) AS acts
            UNION ALL SELECT 'benefits:payment:output', (SELECT count(*) FROM benefits_bank_file)
            UNION ALL SELECT 'benefits:payment:take', (SELECT count(*) FROM benefits_file_handover)
            UNION ALL SELECT 'benefits:result:import', (SELECT count(*) FROM benefits_result_file)
            UNION ALL SELECT 'benefits:account:correct', (SELECT count(*) FROM benefits_account_correction)
            UNION ALL SELECT 'benefits:recall:ask', (SELECT count(*) FROM benefits_recall)
            UNION ALL SELECT 'benefits:day:enter', (SELECT count(*) FROM benefits_bank_debit)
            UNION ALL SELECT 'benefits:cancel:confirm', (SELECT count(*) FROM benefits_batch_cancellation WHERE state = 'confirmed')
            UNION ALL SELECT 'benefits:refund:reverse', (SELECT count(*) FROM benefits_refund_reversal)
            UNION ALL SELECT 'benefits:day:close', (SELECT count(*) FROM benefits_day_closing)
        ) x JOIN LATERAL (
            SELECT count(*) AS logged FROM oplog_operation o WHERE o.verb = x.verb AND o.outcome = 'done'
        ) o ON logged <> acts""",
}  # fmt: skip
_FILES = """
SELECT f.folder || '/' || f.name, f.sha256, f.payments, f.total_yen, b.id FROM benefits_bank_file f
JOIN benefits_payment_batch b ON b.id = f.batch_id
"""
_LINES = """
SELECT c.case_number, t.bank_code || t.branch_code || t.account_number, t.amount_yen FROM benefits_transfer t
JOIN benefits_payment p ON p.id = t.payment_id JOIN benefits_case c ON c.id = p.case_id
WHERE t.batch_id = %s ORDER BY c.case_number
"""
_FAILED = f"SELECT c.case_number FROM {_ATTEMPTS} a JOIN benefits_case c ON c.id = a.case_id WHERE a.dead AND a.ordered"


def wrong() -> list[str]:
    """Everything that is wrong with the money now; none in a city that works."""
    found = [f"{name}: {bad[:3]}" for name, statement in CHECKS.items() if (bad := rows(statement))]
    return [*found, *_files()]


def lines(data: bytes) -> list[tuple[str, str, int]]:
    """(給付管理番号, bank with branch and account, yen) of every data record of a 総合振込 file, by position."""
    records = [data[at : at + 120] for at in range(0, len(data), 122)]
    found = [
        (r[98:111].decode(), (r[1:5] + r[20:23] + r[43:50]).decode(), int(r[80:90]))
        for r in records
        if r[:1] == b"2"
    ]
    (trailer,) = [r for r in records if r[:1] == b"8"]
    assert (int(trailer[1:7]), int(trailer[7:19])) == (len(found), sum(yen for *_, yen in found))
    return found


def _files() -> Iterable[str]:
    """Every file lies as it was kept, holds its batch, and no household stands in one file more than its failures allow."""
    ordered: Counter[str] = Counter()
    for path, digest, payments, yen, batch in rows(_FILES):
        data = Path(path).read_bytes()
        held = lines(data)
        ordered.update(number for number, *_ in held)
        if sha256(data).hexdigest() != digest:
            yield f"{path} is another file"
        if held != rows(_LINES, batch) or (len(held), sum(one for *_, one in held)) != (payments, yen):
            yield f"{path} does not hold its batch"
    ordered.subtract(Counter(number for (number,) in rows(_FAILED)))
    if twice := [number for number, count in ordered.items() if count > 1]:
        yield f"ordered twice: {twice}"
