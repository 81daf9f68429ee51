"""実績: per month, ward and kind how many and how much, from the ledger itself; and the months beside the bank's own figures.

The month is that of the day of transfer, so that the paid and failed of all programmes add up to the days' (`day_end`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final, NamedTuple

from todoke.engine import postgres
from todoke.systems.benefits.queries.payments import day_end

ALIAS = "benefits"
KINDS: Final = {
    "paid": "支給", "failed": "振込不能・組戻し", "refund": "返還の納付", "written_off": "不納欠損", "declined": "辞退",
    "ineligible": "不支給",
}  # fmt: skip
_ROWS: Final = """
WITH happened AS (
    SELECT b.transfer_on AS day, c.ward_code, t.amount_yen,
        CASE WHEN r.outcome = 'paid' AND w.id IS NULL THEN 'paid' ELSE 'failed' END AS kind
    FROM benefits_transfer_result r JOIN benefits_transfer t ON t.id = r.transfer_id
    JOIN benefits_payment_batch b ON b.id = t.batch_id
    JOIN benefits_payment p ON p.id = t.payment_id JOIN benefits_case c ON c.id = p.case_id
    LEFT JOIN benefits_recall w ON w.transfer_id = t.id AND w.state = 'returned'
    WHERE c.programme = %(programme)s
    UNION ALL
    SELECT b.transfer_on, c.ward_code, t.amount_yen, 'failed'  -- it came back before the bank's list did
    FROM benefits_recall w JOIN benefits_transfer t ON t.id = w.transfer_id
    JOIN benefits_payment_batch b ON b.id = t.batch_id
    JOIN benefits_payment p ON p.id = t.payment_id JOIN benefits_case c ON c.id = p.case_id
    WHERE c.programme = %(programme)s AND w.state = 'returned'
        AND NOT EXISTS (SELECT FROM benefits_transfer_result r WHERE r.transfer_id = t.id)
    UNION ALL
    SELECT n.received_on, c.ward_code, n.amount_yen, 'refund'
    FROM benefits_refund_receipt n JOIN benefits_refund f ON f.id = n.refund_id
    JOIN benefits_payment p ON p.id = f.payment_id JOIN benefits_case c ON c.id = p.case_id
    WHERE c.programme = %(programme)s AND NOT EXISTS (SELECT FROM benefits_refund_reversal v WHERE v.receipt_id = n.id)
    UNION ALL
    SELECT (f.state_at AT TIME ZONE 'Asia/Tokyo')::date, c.ward_code, f.written_off_yen, 'written_off'
    FROM benefits_refund f JOIN benefits_payment p ON p.id = f.payment_id JOIN benefits_case c ON c.id = p.case_id
    WHERE c.programme = %(programme)s AND f.state = 'written_off'
    UNION ALL
    SELECT (c.state_at AT TIME ZONE 'Asia/Tokyo')::date, c.ward_code, 0, c.state
    FROM benefits_case c WHERE c.programme = %(programme)s AND c.state IN ('declined', 'ineligible')
)
SELECT to_char(day, 'YYYY-MM'), ward_code, kind, amount_yen, count(*), sum(amount_yen)::bigint
FROM happened GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""


class Achieved(NamedTuple):
    """So many of one kind, of one amount, in one ward in one month; `yen` = `cases` × `unit_yen`."""

    month: str
    ward: str
    kind: str
    unit_yen: int
    cases: int
    yen: int


class Month(NamedTuple):
    """What was ordered in a month and what became of it, beside what the bank took; all programmes."""

    month: str
    file_yen: int
    paid_yen: int
    failed_yen: int
    open_yen: int
    debit_yen: int

    @property
    def difference(self) -> int:
        """What the bank took beyond the files; 0 when they agree."""
        return self.debit_yen - self.file_yen


def achieved(programme: str) -> list[Achieved]:
    """Everything of a programme."""
    return [Achieved(*row) for row in postgres.fetch(ALIAS, _ROWS, {"programme": programme})]


def months() -> list[Month]:
    """Every month in which something was ordered or debited, oldest first."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for day in day_end.days():
        held = sums[f"{day.day:%Y-%m}"]
        for place, yen in enumerate(
            (day.file_yen, day.paid_yen, day.failed_yen, day.open_yen, day.debit_yen)
        ):
            held[place] += yen
    return [Month(month, *sums[month]) for month in sorted(sums)]
