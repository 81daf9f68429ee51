"""Reads around one case: its household's decisions and everything that happened to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final, NamedTuple

from todoke.engine import postgres
from todoke.systems.benefits.models import Case, Decision

ALIAS = "benefits"

# Everything that is kept about a case, each as (kind, when, by whom, what): one statement, newest first
_EVENTS = """
SELECT 'numbered', c.created_at, c.created_by, '' FROM benefits_case c WHERE c.id = %(case)s
UNION ALL
SELECT CASE f.kind WHEN 'forms' THEN 'printed' ELSE 'letter_' || f.kind END, f.printed_at, f.printed_by, f.name
    FROM benefits_letter l JOIN benefits_letter_file f ON f.id = l.file_id WHERE l.case_id = %(case)s
UNION ALL
SELECT CASE WHEN p.id IS NULL THEN 'posted' ELSE 'pulled' END, m.confirmed_at, m.confirmed_by, f.name
    FROM benefits_letter l JOIN benefits_letter_file f ON f.id = l.file_id
    JOIN benefits_mailing_file o ON o.file_id = f.id JOIN benefits_mailing m ON m.id = o.mailing_id
    LEFT JOIN benefits_pull p ON p.letter_id = l.id AND p.register_snapshot = m.register_snapshot
    WHERE l.case_id = %(case)s AND m.state = 'dispatched'
UNION ALL
SELECT 'mail_returned', r.noted_at, r.noted_by, '' FROM benefits_returned_mail r
    JOIN benefits_letter l ON l.id = r.letter_id WHERE l.case_id = %(case)s AND r.undone_at IS NULL
UNION ALL
SELECT 'resend', o.ordered_at, o.ordered_by, o.checked FROM benefits_resend_order o
    JOIN benefits_letter l ON l.id = o.letter_id WHERE l.case_id = %(case)s
UNION ALL
SELECT CASE WHEN a.refusal <> '' THEN 'received_again' WHEN a.correction > 0 THEN 'corrected' ELSE 'received' END, a.received_at, a.received_by,
    a.received_on::text || ' ' || a.route FROM benefits_application a WHERE a.case_id = %(case)s
UNION ALL
SELECT CASE p.state WHEN 'cancelled' THEN 'sheet_cancelled' ELSE 'sheet_' || p.kind END, p.registered_at, p.registered_by,
    p.received_on::text || ' 箱 ' || b.label FROM benefits_paper p JOIN benefits_box b ON b.id = p.box_id
    WHERE p.case_id = %(case)s
UNION ALL
SELECT 'keyed', e.entered_at, e.entered_by, e.number::text || '回目' FROM benefits_form_entry e
    JOIN benefits_paper p ON p.id = e.paper_id WHERE p.case_id = %(case)s
UNION ALL
SELECT e.outcome, e.examined_at, e.examined_by, array_to_string(e.codes, ' ') FROM benefits_examination e
    WHERE e.case_id = %(case)s
UNION ALL
SELECT 'returned', r.returned_at, r.returned_by, r.reason FROM benefits_approval_return r WHERE r.case_id = %(case)s
UNION ALL
SELECT 'approved', a.approved_at, a.approved_by, '' FROM benefits_approval a WHERE a.case_id = %(case)s
UNION ALL
SELECT 'reserved', p.reserved_at, p.reserved_by, p.amount_yen::text FROM benefits_payment p WHERE p.case_id = %(case)s
UNION ALL
SELECT 'released', r.released_at, r.released_by, b.number::text FROM benefits_payment p
    JOIN benefits_transfer t ON t.payment_id = p.id JOIN benefits_payment_batch b ON b.id = t.batch_id
    JOIN benefits_batch_release r ON r.batch_id = b.id WHERE p.case_id = %(case)s
UNION ALL
SELECT 'given_up', x.confirmed_at, x.confirmed_by, b.number::text FROM benefits_payment p
    JOIN benefits_transfer t ON t.payment_id = p.id JOIN benefits_payment_batch b ON b.id = t.batch_id
    JOIN benefits_batch_cancellation x ON x.batch_id = b.id AND x.state = 'confirmed' WHERE p.case_id = %(case)s
UNION ALL
SELECT 'ordered', f.written_at, f.written_by, f.name FROM benefits_payment p
    JOIN benefits_transfer t ON t.payment_id = p.id JOIN benefits_bank_file f ON f.batch_id = t.batch_id
    WHERE p.case_id = %(case)s
UNION ALL
SELECT r.outcome, f.imported_at, f.imported_by, r.failure FROM benefits_payment p
    JOIN benefits_transfer t ON t.payment_id = p.id JOIN benefits_transfer_result r ON r.transfer_id = t.id
    JOIN benefits_result_file f ON f.id = r.file_id WHERE p.case_id = %(case)s
UNION ALL
SELECT 'recall_' || w.state, w.state_at, w.state_by, w.reason FROM benefits_payment p
    JOIN benefits_transfer t ON t.payment_id = p.id JOIN benefits_recall w ON w.transfer_id = t.id
    WHERE p.case_id = %(case)s
UNION ALL
SELECT 'account', k.recorded_at, k.recorded_by, k.source FROM benefits_account_correction k
    WHERE k.case_id = %(case)s
ORDER BY 2 DESC, 1
"""
STANDS: Final = """
    NOT EXISTS (SELECT FROM benefits_batch_cancellation x WHERE x.batch_id = b.id AND x.state = 'confirmed')"""
"""Of a batch `b`: it was not given up."""
_TRANSFER_ON = f"""
SELECT b.transfer_on FROM benefits_payment p JOIN benefits_transfer t ON t.payment_id = p.id
JOIN benefits_payment_batch b ON b.id = t.batch_id WHERE p.case_id = %s AND {STANDS} ORDER BY t.attempt DESC LIMIT 1
"""


class Happened(NamedTuple):
    """One thing that happened to a case."""

    kind: str
    at: datetime
    by: str
    what: str


def case_of(decision: Decision) -> Case | None:
    """The household's case in the decision's programme, if it has a 給付管理番号."""
    cases = Case.objects.using(ALIAS).filter(programme=decision.run.programme)
    return cases.filter(household_key=decision.household_key).first()


def case_numbered(programme: str, number: str) -> Case | None:
    """The case with that 給付管理番号."""
    return Case.objects.using(ALIAS).filter(programme=programme, case_number=number).first()


def newest_decision(programme: str, household_key: str) -> Decision | None:
    """The newest decision of the programme about a household."""
    found = Decision.objects.using(ALIAS).select_related("run").filter(household_key=household_key)
    return found.filter(run_id__in=_runs(programme)).order_by("-run_id").first()


def decisions_about(decision: Decision) -> list[Decision]:
    """Every decision of the programme about the same household, newest first."""
    found = Decision.objects.using(ALIAS).select_related("run").filter(household_key=decision.household_key)
    return list(found.filter(run_id__in=_runs(decision.run.programme)).order_by("-run_id"))


def _runs(programme: str) -> list[int]:
    """Ids of the programme's runs: a household is looked up by run and key, which the unique index answers."""
    query = "SELECT id FROM benefits_decisionrun WHERE programme = %s"
    return [int(run) for (run,) in postgres.fetch(ALIAS, query, (programme,))]


def happened(case: Case) -> list[Happened]:
    """What happened to a case, newest first."""
    return [Happened(*row) for row in postgres.fetch(ALIAS, _EVENTS, {"case": case.pk})]


def transfer_on(case: Case) -> date | None:
    """The day on which the bank is to transfer, once the case is in a batch."""
    rows = postgres.fetch(ALIAS, _TRANSFER_ON, (case.pk,))
    return rows[0][0] if rows else None
