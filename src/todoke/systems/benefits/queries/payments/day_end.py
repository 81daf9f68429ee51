"""日締め: per day of transfer, what was ordered, debited, paid, failed and is open; to the yen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import connections

from todoke.systems.benefits.models import BankDebit

ALIAS = "benefits"
_DAYS: Final = """
WITH ordered AS (
    SELECT b.transfer_on AS day, b.id, f.payments, f.total_yen
    FROM benefits_bank_file f JOIN benefits_payment_batch b ON b.id = f.batch_id
), files AS (
    SELECT day, count(*) AS files, sum(payments) AS payments, sum(total_yen) AS yen FROM ordered GROUP BY day
), ended AS (
    SELECT o.day,
        coalesce(sum(t.amount_yen) FILTER (WHERE r.outcome = 'paid' AND c.id IS NULL), 0) AS paid_yen,
        coalesce(sum(t.amount_yen) FILTER (WHERE r.outcome = 'failed' OR c.id IS NOT NULL), 0) AS failed_yen,
        coalesce(sum(t.amount_yen) FILTER (WHERE r.id IS NULL AND c.id IS NULL), 0) AS open_yen,
        count(*) FILTER (WHERE r.id IS NULL AND c.id IS NULL) AS open_count
    FROM ordered o JOIN benefits_transfer t ON t.batch_id = o.id
    LEFT JOIN benefits_transfer_result r ON r.transfer_id = t.id
    LEFT JOIN benefits_recall c ON c.transfer_id = t.id AND c.state = 'returned'
    GROUP BY o.day
), debits AS (SELECT day, sum(amount_yen) AS yen FROM benefits_bank_debit GROUP BY day)
SELECT day, coalesce(f.files, 0) AS files, coalesce(f.payments, 0) AS payments, coalesce(f.yen, 0) AS file_yen,
    coalesce(d.yen, 0) AS debit_yen, coalesce(e.paid_yen, 0) AS paid_yen, coalesce(e.failed_yen, 0) AS failed_yen,
    coalesce(e.open_yen, 0) AS open_yen, coalesce(e.open_count, 0) AS open_count, x.closed_at, x.closed_by
FROM files f FULL JOIN debits d USING (day) LEFT JOIN ended e USING (day)
LEFT JOIN benefits_day_closing x USING (day)
"""


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day; `closed_at` None while it is open. Yen are whole yen."""

    day: date
    files: int
    payments: int
    file_yen: int
    debit_yen: int
    paid_yen: int
    failed_yen: int
    open_yen: int
    open_count: int
    closed_at: datetime | None
    closed_by: str | None

    @property
    def difference(self) -> int:
        """What the bank took beyond what was ordered; 0 when they agree."""
        return self.debit_yen - self.file_yen

    @property
    def results_differ(self) -> int:
        """What paid, failed and open are beyond the file; always 0, or something is broken."""
        return self.paid_yen + self.failed_yen + self.open_yen - self.file_yen


def days() -> list[Day]:
    """Every day on which something was ordered or debited, newest first."""
    return _read(f"{_DAYS} ORDER BY day DESC", [])


def one(day: date) -> Day:
    """That day; all zero when nothing happened."""
    found = _read(f"{_DAYS} WHERE day = %s", [day])
    return found[0] if found else _nothing(day)


def debits(day: date) -> list[BankDebit]:
    """The lines of the bank's statement of that day, as they were entered."""
    return list(BankDebit.objects.using(ALIAS).filter(day=day).order_by("id"))


def _nothing(day: date) -> Day:
    return Day(
        day=day, files=0, payments=0, file_yen=0, debit_yen=0, paid_yen=0, failed_yen=0, open_yen=0, open_count=0,
        closed_at=None, closed_by=None,
    )  # fmt: skip


def _read(statement: str, parameters: list[date]) -> list[Day]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        return [
            Day(**{name: _whole(value) for name, value in zip(names, row, strict=True)}) for row in cursor
        ]


def _whole(value: Any) -> Any:  # noqa: ANN401 - a column of any type
    """PostgreSQL sums bigint into numeric; yen are whole."""
    return int(value) if isinstance(value, Decimal) else value
