"""Reads around the payment: cases with their payees, the ledger, batches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
from django.db import connections

from todoke.contracts.residents import SnapshotKind, SnapshotRef
from todoke.engine import duck, postgres, snapshots
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import needs
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.deciding.push import Route

ALIAS = "benefits"

_NEWEST_RUN = "SELECT max(id) FROM benefits_decisionrun WHERE programme = %s"
_CASES = """
SELECT c.id AS case_id, c.case_number, c.payee_resident_code, c.protected, c.route, c.known_transfer_id, c.base_yen, c.children, c.child_yen,
    c.amount_yen, CASE WHEN d.amount_yen = c.amount_yen OR d.outcome <> 'eligible' THEN d.outcome END AS decided
FROM benefits_case c
LEFT JOIN benefits_decision d ON d.run_id = $3 AND d.household_key = c.household_key
WHERE c.programme = $1 AND c.state = $2
ORDER BY c.case_number
"""
_REGISTER = """
SELECT c.* EXCLUDE (protected), c.protected OR coalesce(r.protected, false) AS protected,
    r.resident_code IS NOT NULL AS in_register, r.name_kanji, r.name_kana, r.postal_code, r.address,
    r.left_on, r.left_reason
FROM cases c LEFT JOIN read_parquet($register) r ON r.resident_code = c.payee_resident_code
ORDER BY c.case_number
"""
_ROUTES = "SELECT route, sum(cases) FROM benefits_letter_file WHERE programme = %s AND kind = 'forms' GROUP BY route"
_ACCOUNTS = """
SELECT c.known_transfer_id, t.bank_code, t.branch_code, right(t.account_number, 3) AS account_end
FROM benefits_case c JOIN benefits_transfer t ON t.id = c.known_transfer_id
WHERE c.programme = $1 AND c.state = $2 ORDER BY 1
"""
_SILENT = "SELECT count(*) FROM benefits_application WHERE programme = %s AND letter_id IS NOT NULL"
_YEN = "SELECT coalesce(sum(amount_yen), 0) FROM benefits_case WHERE programme = %s AND state = ANY(%s)"
_MEAN = "SELECT coalesce(round(avg(amount_yen)), 0) FROM benefits_case WHERE programme = %s"
_STATES = "SELECT state, count(*) FROM benefits_case WHERE programme = %s GROUP BY state"
_LEDGER = """
SELECT
    (SELECT count(*) FROM benefits_case WHERE programme = p.code) AS cases,
    (SELECT coalesce(sum(cases), 0) FROM benefits_letter_file WHERE programme = p.code AND kind = 'forms') AS letters,
    (SELECT count(*) FROM benefits_letter_file WHERE programme = p.code AND kind = 'forms') AS letter_files,
    (SELECT count(*) FROM benefits_application WHERE programme = p.code AND refusal = '' AND correction = 0)
        AS applications,
    (SELECT coalesce(max(id), 0) FROM benefits_application WHERE programme = p.code AND refusal = '')
        AS last_application,
    (SELECT coalesce(max(k.id), 0) FROM benefits_account_correction k JOIN benefits_case c ON c.id = k.case_id
        WHERE c.programme = p.code) AS last_correction,
    (SELECT coalesce(max(e.id), 0) FROM benefits_examination e JOIN benefits_case c ON c.id = e.case_id
        WHERE c.programme = p.code) AS last_examination,
    (SELECT coalesce(max(a.id), 0) FROM benefits_approval a JOIN benefits_case c ON c.id = a.case_id
        WHERE c.programme = p.code) AS last_approval,
    (SELECT coalesce(max(x.id), 0) FROM benefits_batch_cancellation x JOIN benefits_payment_batch b ON b.id = x.batch_id
        WHERE b.programme = p.code AND x.state = 'confirmed') AS last_cancellation,
    b.*
FROM (SELECT %(programme)s::text AS code) p, LATERAL (
    SELECT count(*) AS batches, coalesce(sum(b.payments), 0) AS payments, coalesce(sum(b.total_yen), 0) AS total_yen,
        count(r.id) AS released_batches,
        coalesce(sum(b.payments) FILTER (WHERE r.id IS NOT NULL), 0) AS released_payments,
        coalesce(sum(b.total_yen) FILTER (WHERE r.id IS NOT NULL), 0) AS released_yen,
        count(f.id) AS bank_files, coalesce(sum(b.payments) FILTER (WHERE f.id IS NOT NULL), 0) AS ordered_payments,
        coalesce(sum(b.total_yen) FILTER (WHERE f.id IS NOT NULL), 0) AS ordered_yen
    FROM (
        SELECT b.id, b.payments - coalesce(d.payments, 0) AS payments, b.total_yen - coalesce(d.yen, 0) AS total_yen
        FROM benefits_payment_batch b LEFT JOIN (
            SELECT batch_id, count(*) AS payments, sum(amount_yen) AS yen FROM (
                SELECT transfer_id, batch_id, amount_yen FROM benefits_transfer_result WHERE outcome = 'failed'
                UNION SELECT t.id, t.batch_id, t.amount_yen
                FROM benefits_recall w JOIN benefits_transfer t ON t.id = w.transfer_id WHERE w.state = 'returned'
                UNION SELECT t.id, t.batch_id, t.amount_yen
                FROM benefits_batch_cancellation x JOIN benefits_transfer t USING (batch_id) WHERE x.state = 'confirmed'
            ) back GROUP BY batch_id
        ) d ON d.batch_id = b.id
        WHERE b.programme = p.code
    ) b
    LEFT JOIN benefits_batch_release r ON r.batch_id = b.id LEFT JOIN benefits_bank_file f ON f.batch_id = b.id
) b
"""
_EXAMINED = """
SELECT DISTINCT ON (e.case_id) e.outcome, e.codes
FROM benefits_examination e JOIN benefits_case c ON c.id = e.case_id
WHERE c.programme = %s ORDER BY e.case_id, e.id DESC
"""
_OUTCOMES = f"SELECT outcome, count(*) FROM ({_EXAMINED}) e GROUP BY outcome ORDER BY outcome"
_FINDINGS = f"SELECT code, count(*) FROM ({_EXAMINED}) e, unnest(codes) code GROUP BY code ORDER BY code"
_REFUSED = """
SELECT source_row, refusal FROM benefits_application
WHERE programme = %s AND source_sha256 = %s AND refusal <> '' ORDER BY source_row
"""
_BATCHES = """
SELECT b.number, b.payments, b.total_yen, b.transfer_on, r.id IS NOT NULL AS released,
    EXISTS (SELECT FROM benefits_batch_cancellation x WHERE x.batch_id = b.id AND x.state = 'confirmed') AS cancelled, f.name AS bank_file
FROM benefits_payment_batch b
LEFT JOIN benefits_batch_release r ON r.batch_id = b.id LEFT JOIN benefits_bank_file f ON f.batch_id = b.id
WHERE b.programme = %s ORDER BY b.number
"""
_AMOUNTS = """
SELECT b.number, t.amount_yen, count(*) FROM benefits_transfer t JOIN benefits_payment_batch b ON b.id = t.batch_id
WHERE b.programme = %s GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The totals of a programme (支給管理の集計), from cases to bank files; yen are whole yen.

    Payments are households, not attempts: money that failed or came back, or whose batch was given up, is in none of the sums
    until it is sent again. Batches are all that were made.
    `ordered_*` is what bank files were written for; `last_*` are the highest row ids, 0 for none.
    """

    cases: int
    letters: int
    letter_files: int
    applications: int
    last_application: int
    last_correction: int
    last_examination: int
    last_approval: int
    last_cancellation: int
    batches: int
    payments: int
    total_yen: int
    released_batches: int
    released_payments: int
    released_yen: int
    bank_files: int
    ordered_payments: int
    ordered_yen: int


@dataclass(frozen=True, kw_only=True)
class BatchLine:
    """One batch (支払単位) in a list: released or not, given up or not, and the name of its bank file if it was written."""

    number: int
    payments: int
    total_yen: int
    transfer_on: date
    released: bool
    cancelled: bool
    bank_file: str | None


def newest_run(programme: str) -> int:
    """Id of the newest decision run of a programme; NOT_FOUND when nothing was decided yet."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_NEWEST_RUN, [programme])
        (run,) = cursor.fetchone()
    if run is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="支給判定")
    return int(run)


def states(programme: str) -> dict[CaseState, int]:
    """How many cases of the programme stand in each state; states without a case are absent."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_STATES, [programme])
        return {CaseState(state): count for state, count in cursor}


def letters_by_route(programme: str) -> dict[Route, int]:
    """Letters printed, by the kind of letter; kinds without one are absent."""
    found = {Route(route): int(count) for route, count in postgres.fetch(ALIAS, _ROUTES, (programme,))}
    return {route: found[route] for route in Route if route in found}


def silent_notices(programme: str) -> int:
    """お知らせ that nobody answered in time, and that were taken as accepted."""
    ((count,),) = postgres.fetch(ALIAS, _SILENT, (programme,))
    return int(count)


def known_accounts(programme: str, state: CaseState) -> dict[int, tuple[str, str, str]]:
    """Earlier transfer → bank, branch and the end of the account number, of the お知らせ cases in that state."""
    found = postgres.read(ALIAS, _ACCOUNTS, (programme, state.value)).to_pylist()
    return {
        row["known_transfer_id"]: (row["bank_code"], row["branch_code"], row["account_end"]) for row in found
    }


def yen(programme: str, states: Collection[CaseState]) -> int:
    """The sum of the amounts of the cases that stand in one of these states."""
    ((total,),) = postgres.fetch(ALIAS, _YEN, (programme, [state.value for state in states]))
    return int(total)


def mean_yen(programme: str) -> int:
    """The mean amount of the programme's cases in whole yen; 0 without any."""
    ((mean,),) = postgres.fetch(ALIAS, _MEAN, (programme,))
    return int(mean)


def latest_register() -> SnapshotRef:
    """The newest sealed register of today, its file checked; NOT_FOUND, INPUT_MISSING or INPUT_CHANGED."""
    register = needs.register(SnapshotKind.LATEST)
    snapshots.check(Path(register.path), register.sha256)
    return register


def cases_with_payees(programme: str, state: CaseState, *, run: int, register: SnapshotRef) -> pa.Table:
    """The cases in one state with the outcome of the decision `run` and the payee as the register has them now.

    Columns: case_id, case_number, payee_resident_code, route, known_transfer_id, base_yen, children, child_yen,
    amount_yen, decided (null: not in the run, or with another amount), protected (in either), in_register, name_kanji, name_kana, postal_code, address, left_on, left_reason. Ordered by case number.
    Reads committed rows only.
    """
    cases = postgres.read(ALIAS, _CASES, (programme, state.value, run))
    return with_payees(cases, register)


def with_payees(cases: pa.Table, register: SnapshotRef) -> pa.Table:
    """`cases` (case_number, payee_resident_code, protected, …) with the payees' columns of the register."""
    with duck.connect() as connection:
        connection.register("cases", cases)
        return duck.table(connection, _REGISTER, {"register": register.path})


def ledger(programme: str) -> Ledger:
    """The totals of a programme; all zero when nothing was done."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_LEDGER, {"programme": programme})
        names = [column.name for column in cursor.description]
        return Ledger(**{name: int(value) for name, value in zip(names, cursor.fetchone(), strict=True)})


def examination_counts(programme: str) -> tuple[dict[str, int], dict[str, int]]:
    """Cases by the outcome of their newest examination, and by finding; each sorted by code."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_OUTCOMES, [programme])
        outcomes = dict(cursor.fetchall())
        cursor.execute(_FINDINGS, [programme])
        return outcomes, dict(cursor.fetchall())


def refused_rows(programme: str, source_sha256: str) -> list[tuple[int, str]]:
    """Lines of a file of returned forms that do not count, and why: `duplicate` or `no_case`. The header is line 1."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_REFUSED, [programme, source_sha256])
        return list(cursor.fetchall())


def batch_amounts(programme: str) -> dict[int, list[tuple[int, int]]]:
    """Number of the batch → each amount in it with its count, by amount."""
    found: dict[int, list[tuple[int, int]]] = {}
    for number, amount, count in postgres.fetch(ALIAS, _AMOUNTS, (programme,)):
        found.setdefault(number, []).append((amount, count))
    return found


def batches(programme: str) -> list[BatchLine]:
    """The batches of a programme by number."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_BATCHES, [programme])
        names = [column.name for column in cursor.description]
        return [BatchLine(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
