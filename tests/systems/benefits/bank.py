"""The bank: it answers for every transfer of a batch, from what the file told it to pay."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from tests.systems.benefits.world import TREASURER, rows
from todoke.records.layouts.transfer_results_v2026 import RESULTS
from todoke.systems.benefits.actions.payments.import_results import Imported, import_results
from todoke.systems.benefits.rules.programme import Programme

_TRANSFERS = """
SELECT c.case_number, t.bank_code, t.branch_code, t.account_number, t.amount_yen, b.transfer_on
FROM benefits_transfer t JOIN benefits_payment_batch b ON b.id = t.batch_id
JOIN benefits_payment p ON p.id = t.payment_id JOIN benefits_case c ON c.id = p.case_id
WHERE b.programme = %s AND b.number = %s ORDER BY c.case_number
"""


def answer(
    file: Path,
    programme: Programme,
    number: int,
    *,
    failed: Mapping[str, str] | None = None,
    left_out: frozenset[str] = frozenset(),
    rest: bool = False,
) -> Imported:
    """Take the bank's list of the batch: everything paid but `failed` (case number → class); `left_out`: no word yet, or
    with `rest` no word because it was paid."""
    names = [column.name for column in RESULTS.columns]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        for case_number, bank, branch, account, yen, on in rows(_TRANSFERS, programme.code, number):
            if case_number not in left_out:
                failure = (failed or {}).get(case_number, "")
                outcome = "2" if failure else "1"
                writer.writerow(
                    [case_number.zfill(20), bank, branch, account, yen, outcome, failure, _day(on)]
                )
    return import_results(programme=programme, number=number, file=file, by=TREASURER, rest_is_paid=rest)


def _day(on: date) -> str:
    return on.isoformat()
