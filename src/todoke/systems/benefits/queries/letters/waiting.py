"""Which cases wait for which letter, and whether a letter can have reached anybody. SQL; $1 is the programme, $2 the decision run."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from todoke.contracts.residents import SnapshotRef
from todoke.engine import postgres
from todoke.systems.benefits.queries.examination.accounts import ACCOUNTS
from todoke.systems.benefits.queries.payments.paying import with_payees
from todoke.systems.benefits.rules.letters.kind import LetterKind

ALIAS = "benefits"

NEWEST_FORM: Final = """(
    SELECT DISTINCT ON (l.case_id) l.*, f.sha256, f.route, f.printed_at FROM benefits_letter l
    JOIN benefits_letter_file f ON f.id = l.file_id
    WHERE f.kind IN ('forms', 'again') ORDER BY l.case_id, l.number DESC
)"""
"""The newest お知らせ・確認書・申請書 of every case."""
SPOILED: Final = (
    "EXISTS (SELECT FROM benefits_protected_letter s WHERE s.letter_id = {}.id AND s.state = 'spoiled')"
)
"""Of a letter to a protected person: it was thrown away instead of posted."""
MAILED: Final = """(
    SELECT o.file_id, m.state, m.register_snapshot, m.confirmed_at
    FROM benefits_mailing_file o JOIN benefits_mailing m ON m.id = o.mailing_id
)"""
_RETURNED: Final = (
    "EXISTS (SELECT FROM benefits_returned_mail r WHERE r.letter_id = l.id AND r.undone_at IS NULL)"
)
_PULLED: Final = f"""EXISTS (
    SELECT FROM {MAILED} m JOIN benefits_pull p ON p.letter_id = l.id AND p.register_snapshot = m.register_snapshot
    WHERE m.file_id = l.file_id AND m.state = 'dispatched')"""
UNDELIVERED: Final = f"""({_RETURNED} OR {_PULLED}
    OR EXISTS (SELECT FROM {MAILED} m WHERE m.file_id = l.file_id AND m.state <> 'dispatched'))"""
"""Of a letter `l`: it came back, was taken out, or lies at the printer's still. Such a letter sets no period running."""

_COLUMNS: Final = """
c.id AS case_id, c.case_number, c.payee_resident_code, c.protected, c.route, c.known_transfer_id, c.base_yen, c.children,
c.child_yen, c.amount_yen"""
_ELIGIBLE: Final = (
    "CASE WHEN d.amount_yen = c.amount_yen OR d.outcome <> 'eligible' THEN d.outcome END AS decided"
)
_DECISION: Final = "LEFT JOIN benefits_decision d ON d.run_id = $2 AND d.household_key = c.household_key"
_EXAMINED: Final = """JOIN LATERAL (
    SELECT e.codes, e.examined_at FROM benefits_examination e WHERE e.case_id = c.id ORDER BY e.id DESC LIMIT 1
) e ON true"""


def _none_since(kind: LetterKind, since: str = "'-infinity'::timestamptz") -> str:
    return f"""NOT EXISTS (
        SELECT FROM benefits_letter k JOIN benefits_letter_file g ON g.id = k.file_id
        WHERE k.case_id = c.id AND g.kind = '{kind}' AND g.printed_at >= {since} AND NOT {SPOILED.format("k")})"""


# What a part of the newest plan comes to and by when: `2022-10-31 33334`
_PLANNED: Final = """(
    SELECT array_agg(i.due_on || ' ' || i.amount_yen ORDER BY i.number) FROM benefits_refund_instalment i
    WHERE i.refund_id = f.id AND i.plan = (SELECT max(n.plan) FROM benefits_refund_instalment n WHERE n.refund_id = f.id)
) AS planned"""
_CLAIMED: Final = f"""
SELECT {_COLUMNS}, 'eligible' AS decided, f.id AS refund_id, f.claimed_yen, f.open_yen, f.due_on, f.reason, {_PLANNED}"""
_CLAIM: Final = """benefits_payment p ON p.case_id = c.id JOIN benefits_refund f ON f.payment_id = p.id AND f.state IN ('claimed', 'reopened')"""
_PLANNED_AT: Final = """greatest(f.decided_at, (
    SELECT max(i.agreed_at) FROM benefits_refund_instalment i WHERE i.refund_id = f.id))"""
_APPEALED: Final = f"""
SELECT {_COLUMNS}, 'eligible' AS decided, a.id AS appeal_id, a.kind AS appeal_kind, a.received_on, a.answer_by, a.outcome, a.answer
FROM benefits_case c JOIN LATERAL (
    SELECT * FROM benefits_appeal a WHERE a.case_id = c.id ORDER BY a.id DESC LIMIT 1
) a ON true"""

_WAITING: Final = {
    LetterKind.FORMS: f"""
        SELECT {_COLUMNS}, {_ELIGIBLE} FROM benefits_case c {_DECISION}
        WHERE c.programme = $1 AND c.state = 'numbered' ORDER BY c.case_number""",
    # ordered after the return; or taken out because the address had changed, unless it came back before
    LetterKind.AGAIN: f"""
        SELECT {_COLUMNS}, {_ELIGIBLE} FROM benefits_case c {_DECISION} JOIN {NEWEST_FORM} l ON l.case_id = c.id
        WHERE c.programme = $1 AND c.state = 'printed' AND (
            EXISTS (SELECT FROM benefits_resend_order o WHERE o.letter_id = l.id) OR {SPOILED.format("l")}
            OR EXISTS (
                SELECT FROM {MAILED} m
                JOIN benefits_pull p ON p.letter_id = l.id AND p.register_snapshot = m.register_snapshot
                WHERE m.file_id = l.file_id AND m.state = 'dispatched' AND p.reason = 'changed')
        ) ORDER BY c.case_number""",
    LetterKind.REMINDER: f"""
        SELECT {_COLUMNS}, {_ELIGIBLE} FROM benefits_case c {_DECISION} JOIN {NEWEST_FORM} l ON l.case_id = c.id
        JOIN {MAILED} m ON m.file_id = l.file_id
        WHERE c.programme = $1 AND c.state = 'printed' AND c.route <> 'お知らせ'
            AND m.state = 'dispatched' AND m.confirmed_at <= $3 AND NOT {UNDELIVERED} AND {_none_since(LetterKind.REMINDER)}
        ORDER BY c.case_number""",
    LetterKind.DEFICIENCY: f"""
        SELECT {_COLUMNS}, 'eligible' AS decided, e.codes FROM benefits_case c {_EXAMINED}
        WHERE c.programme = $1 AND $2::bigint IS NOT NULL AND c.state = 'deficient' AND e.codes && $3
            AND {_none_since(LetterKind.DEFICIENCY, "e.examined_at")}
        ORDER BY c.case_number""",
    LetterKind.DECISION: f"""
        SELECT {_COLUMNS}, {_ELIGIBLE}, a.bank_code, a.branch_code, right(a.account_number, 3) AS account_end
        FROM benefits_case c {_DECISION} JOIN {ACCOUNTS} a ON a.case_id = c.id
        WHERE c.programme = $1 AND c.state IN ('approved', 'reserved', 'ordered', 'paid')
            AND {_none_since(LetterKind.DECISION)}
        ORDER BY c.case_number""",
    LetterKind.REFUSAL: f"""
        SELECT {_COLUMNS}, 'eligible' AS decided, e.codes FROM benefits_case c {_EXAMINED}
        WHERE c.programme = $1 AND $2::bigint IS NOT NULL AND c.state = 'ineligible'
            AND {_none_since(LetterKind.REFUSAL, "e.examined_at")}
        ORDER BY c.case_number""",
    # with the plan that was agreed last: another plan is another set of slips
    LetterKind.REFUND: f"""{_CLAIMED} FROM benefits_case c JOIN {_CLAIM}
        WHERE c.programme = $1 AND $2::bigint IS NOT NULL AND {_none_since(LetterKind.REFUND, _PLANNED_AT)}
        ORDER BY c.case_number""",
    LetterKind.DEMAND: f"""{_CLAIMED}, r.number AS reminder, r.overdue_yen FROM benefits_case c JOIN {_CLAIM}
        JOIN LATERAL (
            SELECT * FROM benefits_refund_reminder r WHERE r.refund_id = f.id ORDER BY r.number DESC LIMIT 1
        ) r ON true
        WHERE c.programme = $1 AND $2::bigint IS NOT NULL AND {_none_since(LetterKind.DEMAND, "r.sent_at")}
        ORDER BY c.case_number""",
    LetterKind.FAILED: f"""
        SELECT {_COLUMNS}, {_ELIGIBLE}, coalesce(r.failure, '') AS failure FROM benefits_case c {_DECISION}
        JOIN benefits_payment p ON p.case_id = c.id
        JOIN benefits_transfer t ON t.payment_id = p.id
            AND NOT EXISTS (SELECT FROM benefits_transfer l WHERE l.follows_id = t.id)
        LEFT JOIN benefits_transfer_result r ON r.transfer_id = t.id AND r.outcome = 'failed'
        WHERE c.programme = $1 AND c.state = 'failed' AND {_none_since(LetterKind.FAILED, "c.state_at")}
        ORDER BY c.case_number""",
    LetterKind.APPEAL_RECEIPT: f"""{_APPEALED}
        WHERE c.programme = $1 AND $2::bigint IS NOT NULL AND a.state IN ('received', 'drafted')
            AND {_none_since(LetterKind.APPEAL_RECEIPT, "a.received_at")}
        ORDER BY c.case_number""",
    LetterKind.APPEAL_ANSWER: f"""{_APPEALED}
        WHERE c.programme = $1 AND $2::bigint IS NOT NULL AND a.state = 'answered'
            AND {_none_since(LetterKind.APPEAL_ANSWER, "a.answered_at")}
        ORDER BY c.case_number""",
}  # fmt: skip


def waiting(
    programme: str, kind: LetterKind, *, run: int, register: SnapshotRef, further: tuple[object, ...] = ()
) -> pa.Table:
    """The cases that wait for a letter of that kind, with their payees as the register has them now.

    Columns as `cases_with_payees`, and those of the claim, the failed transfer or the appeal, `codes` of the newest examination, or bank_code, branch_code, account_end of the account, where
    the kind speaks of them. `further`: $3, of a reminder posted until when, of a deficiency letter the codes it knows.
    """
    return with_payees(postgres.read(ALIAS, _WAITING[kind], (programme, run, *further)), register)
