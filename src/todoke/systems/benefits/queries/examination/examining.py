"""Reads of 審査: forms with everything that the checks look at, what the checks find, and whose turn is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.compute

from todoke.contracts.residents import SnapshotRef
from todoke.engine import duck, postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.queries.deciding import declared
from todoke.systems.benefits.queries.editions.proposals import find
from todoke.systems.benefits.queries.examination import bank_list
from todoke.systems.benefits.queries.examination.accounts import ACCOUNTS, FORMS
from todoke.systems.benefits.queries.payments import paying
from todoke.systems.benefits.rules.accounts import account_name
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.examination import findings as examination
from todoke.systems.benefits.rules.examination.findings import ExaminationOutcome
from todoke.systems.benefits.rules.intake import form_entry
from todoke.systems.benefits.rules.programme import Programme

pc: Any = pyarrow.compute
ALIAS = "benefits"

BY_HAND: Final = f"""(a.proxy <> '' OR a.case_id IN {declared.DECLARING} OR EXISTS (
    SELECT FROM benefits_approval_return r JOIN benefits_examination e ON e.id = r.examination_id
    WHERE e.application_id = a.id))"""
"""Forms that no job passes: a person looks at the papers of whoever acts for the payee, at those of declared incomes, and at
what was sent back."""
SEEN: Final = """(
    SELECT DISTINCT e.case_id FROM benefits_examination e
    WHERE e.by_hand AND e.outcome = 'passed' AND 'PROTECTION_PROOF' = ANY(e.checks)
)"""
"""Cases of protected households that a 責任職 looked at and passed."""
_PROVING: Final = ", ".join(
    f"('{proxy}', '{proof}')" for proxy, proofs in form_entry.PROVES.items() for proof in proofs
)
# A 補正 brings what was missing: what the proxy enclosed with any form of the case counts
_PROXIED: Final = f"""(
    SELECT b.case_id, e.proxy, bool_or(e.proxy_identity_attached) AS proxy_identity_attached,
        CASE WHEN bool_or(e.proxy_authority <> '') THEN bool_or((e.proxy, e.proxy_authority) IN ({_PROVING})) END AS proxy_proved,
        string_agg(DISTINCT e.proxy_authority, '・') FILTER (WHERE e.proxy_authority NOT IN ('', '{form_entry.NO_PROOF}'))
            AS proxy_authority
    FROM benefits_application b JOIN benefits_form_entry e ON e.id = b.entry_id
    WHERE b.refusal = '' AND e.proxy <> '' GROUP BY 1, 2
)"""
_UNJUDGED: Final = (
    """(c.requested AND a.received_at > (SELECT r.decided_at FROM benefits_decisionrun r WHERE r.id = $2))"""
)
"""What an applicant declared has been judged by no decision yet: nobody is refused by one that did not know of it."""
_FORMS = f"""
SELECT a.id AS application_id, c.id AS case_id, c.case_number, c.payee_resident_code, c.protected,
    CASE WHEN NOT {_UNJUDGED} THEN d.outcome END AS decided, d.needs_declaration, a.declines, a.declared_supporter_taxed, a.received_on, a.proxy,
    x.proxy_identity_attached, x.proxy_proved, x.proxy_authority, a.case_id IN {declared.DECLARING} AS declares,
    CASE WHEN c.route <> 'お知らせ' THEN a.identity_attached END AS identity_attached,
    CASE WHEN k.source = 'form' THEN a.account_attached END AS account_attached,
    k.bank_code, k.branch_code, k.account_type, k.account_number, k.account_holder_kana,
    c.state <> 'received' AND s.case_id IS NOT NULL AS protection_seen,
    c.protected AND EXISTS (
        SELECT FROM benefits_payment y JOIN benefits_case o ON o.id = y.case_id
        WHERE o.programme = c.programme AND o.id <> c.id AND o.payee_resident_code = c.payee_resident_code) AS payee_paid
FROM benefits_case c
LEFT JOIN {SEEN} s ON s.case_id = c.id
JOIN {FORMS} a ON a.case_id = c.id
JOIN {ACCOUNTS} k ON k.case_id = c.id
LEFT JOIN {_PROXIED} x ON x.case_id = a.case_id AND x.proxy = a.proxy
LEFT JOIN benefits_decision d ON d.run_id = $2 AND d.household_key = c.household_key
WHERE c.programme = $1 AND {{which}}
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


def waiting_forms(programme: Programme, run: int, register: SnapshotRef) -> pa.Table:
    """Forms that the job examines: received, judged, and not left to a person."""
    return _forms(programme, run, register, f"c.state = 'received' AND NOT {BY_HAND} AND NOT {_UNJUDGED}", ())


def passed_forms(programme: Programme, run: int, register: SnapshotRef) -> pa.Table:
    """Forms that passed and wait for approval."""
    return _forms(programme, run, register, "c.state = 'passed'", ())


def form_of(programme: Programme, run: int, register: SnapshotRef, case_id: int) -> pa.Table:
    """The one form of a case, in whatever state."""
    return _forms(programme, run, register, "c.id = $3", (case_id,))


def _forms(
    programme: Programme, run: int, register: SnapshotRef, which: str, more: tuple[Any, ...]
) -> pa.Table:
    forms = postgres.read(ALIAS, _FORMS.format(which=which), (programme.code, run, *more))
    forms = paying.with_payees(forms, register)
    holders = forms["account_holder_kana"].combine_chunks()
    return (
        forms.append_column("holder", account_name.comparable(holders))
        .append_column("payee", account_name.comparable(forms["name_kana"].combine_chunks()))
        .append_column("zengin_holder", account_name.writable(holders))
    )


def check(forms: pa.Table, programme: Programme) -> pa.Table:
    """application_id, case_id, outcome, codes (text, separated by spaces)."""
    with duck.connect() as connection:
        connection.register("forms", forms)
        connection.register("branches", bank_list.branches(max(clock.today(), programme.transfer_on)))
        checked = _CHECKED.format(accepts_from=programme.accepts_from, deadline=programme.deadline)
        found = duck.table(connection, examination.query(f"({checked})"))
    return found.set_column(3, "codes", pc.binary_join(found["codes"], " "))


# The oldest first; whoever examines at the same time begins elsewhere among those of one day
_NEXT = f"""
SELECT c.id FROM benefits_case c JOIN {FORMS} a ON a.case_id = c.id
WHERE c.programme = %(programme)s AND c.state = 'received' AND NOT c.protected AND c.id <> %(but)s
ORDER BY a.received_on, md5(c.id || %(by)s) LIMIT 1
"""
_WAITING = f"""
SELECT count(*), count(*) FILTER (WHERE {BY_HAND}), min(a.received_on)
FROM benefits_case c JOIN {FORMS} a ON a.case_id = c.id WHERE c.programme = %s AND c.state = 'received' AND NOT c.protected
"""
_PROTECTED = f"""
SELECT c.id, c.case_number, c.programme, a.received_on FROM benefits_case c JOIN {FORMS} a ON a.case_id = c.id
WHERE c.state = 'received' AND c.protected ORDER BY a.received_on, c.id
"""
_PAPERS = """
SELECT p.id, p.kind, b.label, b.place, p.state, coalesce(array_agg(i.page ORDER BY i.page) FILTER (WHERE i.id IS NOT NULL), '{}')
FROM benefits_paper p JOIN benefits_box b ON b.id = p.box_id LEFT JOIN benefits_form_image i ON i.paper_id = p.id
WHERE p.case_id = %s AND p.state <> 'cancelled' GROUP BY p.id, b.id ORDER BY p.id DESC
"""
_BEFORE = """
SELECT e.outcome, e.codes, e.examined_at, e.examined_by FROM benefits_examination e WHERE e.case_id = %s ORDER BY e.id DESC
"""
_CASE = f"""
SELECT c.id, c.programme, c.case_number, c.state, c.route, c.amount_yen, a.id, a.correction, a.received_by, k.source, k.source_on,
    c.household_key
FROM benefits_case c LEFT JOIN {FORMS} a ON a.case_id = c.id LEFT JOIN {ACCOUNTS} k ON k.case_id = c.id WHERE c.id = %s
"""


class Waiting(NamedTuple):
    """Forms of a programme that wait for examination, how many of them only a person examines, and since when."""

    forms: int
    by_hand: int
    oldest: date | None


class Shielded(NamedTuple):
    """A protected household's case that waits for a 責任職."""

    case_id: int
    case_number: str
    programme: str
    received_on: date


class Sheet(NamedTuple):
    """A sheet of the case, and the sides of which there is a picture."""

    paper_id: int
    kind: str
    box: str
    place: str
    state: str
    pages: list[int]


class Earlier(NamedTuple):
    """An examination of the case before."""

    outcome: str
    codes: list[str]
    at: datetime
    by: str


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """A case as an examiner sees it. `form` has the columns that the checks looked at, with the payee of the register."""

    case_id: int
    case_number: str
    household_key: str
    programme: Programme
    state: CaseState
    route: str
    amount_yen: int
    application_id: int
    correction: int
    keyed_by: str
    source: str
    source_on: date
    run: int
    register: str
    form: dict[str, Any]
    outcome: ExaminationOutcome
    codes: tuple[str, ...]
    papers: tuple[Sheet, ...]
    before: tuple[Earlier, ...]


def waiting(programme: str) -> Waiting:
    """How many forms of the programme wait."""
    return Waiting(*postgres.fetch(ALIAS, _WAITING, [programme])[0])


def protected_waiting() -> list[Shielded]:
    """Cases of protected households that wait, the oldest first; they are given to no clerk."""
    return [Shielded(*row) for row in postgres.fetch(ALIAS, _PROTECTED)]


def next_case(programme: str, staff_id: str, *, but: int = 0) -> int | None:
    """The case that this person examines next, not `but` this one; None when none waits."""
    rows = postgres.fetch(ALIAS, _NEXT, {"programme": programme, "by": staff_id, "but": but})
    return int(rows[0][0]) if rows else None


def case_file(case_id: int) -> CaseFile:
    """Everything about a case whose form is here; committed rows only. NOT_FOUND for a case without a form."""
    rows = postgres.fetch(ALIAS, _CASE, [case_id])
    if not rows or rows[0][6] is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="様式を受け付けた世帯")
    (
        case,
        code,
        number,
        state,
        route,
        amount,
        application,
        correction,
        keyed_by,
        source,
        source_on,
        household,
    ) = rows[0]
    programme, run, register = find(code), paying.newest_run(code), paying.latest_register()
    forms = form_of(programme, run, register, case)
    (found,) = check(forms, programme).to_pylist()
    return CaseFile(
        case_id=case, case_number=number, household_key=household, programme=programme, state=CaseState(state), route=route, amount_yen=amount,
        application_id=application, correction=correction, keyed_by=keyed_by, source=source, source_on=source_on, run=run,
        register=register.snapshot_id, form=forms.to_pylist()[0], outcome=ExaminationOutcome(found["outcome"]),
        codes=tuple(found["codes"].split()),
        papers=tuple(Sheet(*row) for row in postgres.fetch(ALIAS, _PAPERS, [case_id])),
        before=tuple(Earlier(*row) for row in postgres.fetch(ALIAS, _BEFORE, [case_id])),
    )  # fmt: skip
