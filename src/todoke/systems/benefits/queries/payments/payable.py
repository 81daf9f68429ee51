"""Approved cases that may be paid now, and why the others may not; by the newest decision and the newest register."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute

from todoke.engine import duck, postgres
from todoke.kernel import clock
from todoke.systems.benefits.queries.examination import bank_list
from todoke.systems.benefits.queries.examination.accounts import ACCOUNTS
from todoke.systems.benefits.queries.examination.examining import SEEN
from todoke.systems.benefits.queries.payments import paying
from todoke.systems.benefits.rules.accounts import account_name
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.payments import held_back

pc: Any = pyarrow.compute
ALIAS = "benefits"
_HOLDERS = f"""
SELECT c.id AS case_id, a.account_holder_kana, a.bank_code, a.branch_code, s.case_id IS NOT NULL AS protection_seen
FROM benefits_case c JOIN {ACCOUNTS} a ON a.case_id = c.id LEFT JOIN {SEEN} s ON s.case_id = c.id
WHERE c.programme = $1 AND c.state = 'approved'
ORDER BY c.id
"""
_JOINED = """(
    SELECT c.*, h.* EXCLUDE (case_id), b.open AS branch_open
    FROM cases c LEFT JOIN holders h ON h.case_id = c.case_id
    LEFT JOIN branches b ON b.bank_code = h.bank_code AND b.branch_code = h.branch_code)"""


@dataclass(frozen=True, kw_only=True)
class Payable:
    """`cases`: case_id, amount_yen and holder (in banks' characters), by case_id. `held_back`: how many by reason, in the order
    of `rules.held_back`."""

    cases: pa.Table
    total_yen: int
    held_back: dict[str, int]


def payable(programme: str) -> Payable:
    """Asks the newest decision and register; NOT_FOUND without them. Reads committed rows only."""
    run, register = paying.newest_run(programme), paying.latest_register()
    cases = paying.cases_with_payees(programme, CaseState.APPROVED, run=run, register=register)
    cases = cases.append_column("payee", account_name.comparable(cases["name_kana"].combine_chunks()))
    holders = postgres.read(ALIAS, _HOLDERS, (programme,))
    names = holders["account_holder_kana"].combine_chunks()
    holders = holders.append_column("holder", account_name.comparable(names)).append_column(
        "zengin_holder", account_name.writable(names)
    )
    with duck.connect() as connection:
        connection.register("cases", cases)
        connection.register("holders", holders)
        connection.register("branches", bank_list.branches(clock.today()))
        found = duck.table(connection, held_back.query(_JOINED))
        connection.register("found", found)
        may = "SELECT case_id, amount_yen, zengin_holder AS holder FROM found WHERE held_back IS NULL ORDER BY case_id"
        paid = duck.table(connection, may)
    counted = Counter(code for code in found["held_back"].to_pylist() if code)
    return Payable(
        cases=paid,
        total_yen=int(pc.sum(paid["amount_yen"]).as_py() or 0),
        held_back={code: counted[code] for code in held_back.BY_CODE if counted[code]},
    )
