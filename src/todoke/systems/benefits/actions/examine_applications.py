"""審査: every received form against the newest decision, the newest register and the bank list, in one pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.residents import SnapshotRef
from todoke.engine import duck, postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.benefits import queries
from todoke.systems.benefits.queries import bank_list
from todoke.systems.benefits.queries.accounts import ACCOUNTS, FORMS
from todoke.systems.benefits.rules import account_name, examination
from todoke.systems.benefits.rules.programme import Programme

pc: Any = pyarrow.compute
ALIAS = "benefits"

# A later decision that is no longer favourable takes back what was passed or approved, before any money is reserved.
_TAKE_BACK = """
UPDATE benefits_case c SET state = 'received', state_at = %(now)s, state_by = %(by)s
WHERE c.programme = %(programme)s AND c.state IN ('passed', 'approved') AND NOT EXISTS (
    SELECT FROM benefits_decision d
    WHERE d.run_id = %(run)s AND d.household_key = c.household_key AND d.outcome = 'eligible')
"""
_FORMS = f"""
SELECT a.id AS application_id, c.id AS case_id, c.case_number, c.payee_resident_code, c.protected,
    d.outcome AS decided, d.needs_declaration, a.declines, a.declared_supporter_taxed, a.received_on,
    k.bank_code, k.branch_code, k.account_type, k.account_number, k.account_holder_kana
FROM benefits_case c
JOIN {FORMS} a ON a.case_id = c.id
JOIN {ACCOUNTS} k ON k.case_id = c.id
LEFT JOIN benefits_decision d ON d.run_id = $2 AND d.household_key = c.household_key
WHERE c.programme = $1 AND c.state = 'received'
ORDER BY c.case_number
"""
_CHECKED = """
SELECT f.*, DATE '{accepts_from}' AS accepts_from, DATE '{deadline}' AS deadline,
    b.bank_code IS NOT NULL AS bank_known, s.branch_code IS NOT NULL AS branch_known,
    s.open AS branch_open
FROM forms f
LEFT JOIN (SELECT DISTINCT bank_code FROM branches) b ON b.bank_code = f.bank_code
LEFT JOIN branches s ON s.bank_code = f.bank_code AND s.branch_code = f.branch_code
"""
_KEEP = """
INSERT INTO benefits_examination (
    application_id, case_id, round, outcome, codes, decision_run_id, register_snapshot, bank_list,
    examined_at, examined_by
)
SELECT f.application_id, f.case_id,
    (SELECT count(*) + 1 FROM benefits_examination e WHERE e.application_id = f.application_id),
    f.outcome, coalesce(string_to_array(nullif(f.codes, ''), ' '), '{}'), %(run)s, %(snapshot)s, %(bank_list)s,
    %(now)s, %(by)s
FROM examined_forms f JOIN benefits_case c ON c.id = f.case_id AND c.state = 'received'
ORDER BY f.application_id
"""
_MOVE = """
UPDATE benefits_case c SET state = f.outcome, state_at = %(now)s, state_by = %(by)s
FROM examined_forms f WHERE c.id = f.case_id AND c.state = 'received'
"""


@dataclass(frozen=True, kw_only=True)
class Examined:
    """How many forms were examined, by outcome and by finding."""

    outcomes: dict[str, int]
    findings: dict[str, int]


def examine_applications(*, programme: Programme, by: Actor) -> Examined:
    """Examine every form in state `received`; findings are kept with the editions of all that was used.

    What was passed or approved under an earlier decision and is not eligible now is examined again.
    Errors: NOT_FOUND without a decision or a register.
    """
    require(by, Permission.BENEFITS_EXAMINE)
    run, register = queries.newest_run(programme.code), queries.latest_register()
    values: dict[str, Any] = {
        "programme": programme.code,
        "run": run,
        "snapshot": register.snapshot_id,
        "bank_list": bank_list.edition(),
        "now": clock.now(),
        "by": by.staff_id,
    }
    _take_back(values, by)
    found = _check(_forms(programme, run, register), programme)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        postgres.join_whole_tables(ALIAS)
        postgres.stage(ALIAS, "examined_forms", found)
        cursor.execute(_KEEP, values)
        cursor.execute(_MOVE, values)
        subject = f"programme {programme.code} run {run}"
        record(
            ALIAS,
            by=by,
            verb="benefits:application:examine",
            subject=subject,
            persons=found.num_rows,
        )
    return Examined(
        outcomes=_counts(found["outcome"].to_pylist()),
        findings=_counts(code for codes in found["codes"].to_pylist() for code in str(codes).split()),
    )


def _take_back(values: dict[str, Any], by: Actor) -> None:
    """Committed on its own, because the forms are then read on another connection."""
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(_TAKE_BACK, values)
        if cursor.rowcount:
            subject = f"programme {values['programme']} run {values['run']}"
            record(
                ALIAS,
                by=by,
                verb="benefits:application:take_back",
                subject=subject,
                persons=cursor.rowcount,
            )


def _forms(programme: Programme, run: int, register: SnapshotRef) -> pa.Table:
    forms = postgres.read(ALIAS, _FORMS, (programme.code, run))
    forms = queries.with_payees(forms, register)
    holders = forms["account_holder_kana"].combine_chunks()
    return (
        forms.append_column("holder", account_name.comparable(holders))
        .append_column("payee", account_name.comparable(forms["name_kana"].combine_chunks()))
        .append_column("zengin_holder", account_name.writable(holders))
    )


def _check(forms: pa.Table, programme: Programme) -> pa.Table:
    """application_id, case_id, outcome, codes (text, separated by spaces)."""
    with duck.connect() as connection:
        connection.register("forms", forms)
        connection.register("branches", bank_list.branches(max(clock.today(), programme.transfer_on)))
        checked = _CHECKED.format(accepts_from=programme.accepts_from, deadline=programme.deadline)
        found = duck.table(connection, examination.query(f"({checked})"))
    return found.set_column(3, "codes", pc.binary_join(found["codes"], " "))


def _counts(values: Iterable[Any]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))
