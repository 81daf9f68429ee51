"""Examination of a returned form (審査), as data: each finding is a code, what it leads to, and when it applies.

Conditions are DuckDB expressions over one row per application with the columns that `COLUMNS` names; null means
that the thing is not there, and every condition is written so that null counts against payment.
Sources: facts/benefit.md §1.1 (扶養, 期限), §2 steps 6–10, §3 (the accidents each one would have stopped).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ExaminationOutcome(StrEnum):
    """What an examination leads to; the first that applies, in this order."""

    DECLINED = "declined"  # 辞退
    INELIGIBLE = "ineligible"  # 不支給
    DEFICIENT = "deficient"  # 不備・要確認
    PASSED = "passed"  # 支給要件を満たす


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that stands against payment."""

    code: str
    outcome: ExaminationOutcome
    sentence: str
    when: str


COLUMNS = (
    "decided", "needs_declaration", "declines", "declared_supporter_taxed", "received_on", "accepts_from", "deadline",
    "bank_code", "bank_known", "branch_known", "branch_open", "account_type", "account_number", "holder", "payee", "zengin_holder",
    "left_reason", "in_register", "protected", "identity_attached", "account_attached",
    "protection_seen", "payee_paid", "proxy", "proxy_identity_attached", "proxy_proved",
)  # fmt: skip

_O = ExaminationOutcome
FINDINGS = (
    Finding(
        code="DECLINED", outcome=_O.DECLINED, sentence="辞退の申出があります。", when="declines"
    ),
    Finding(
        code="NOT_ELIGIBLE", outcome=_O.INELIGIBLE, sentence="最新の判定で支給対象外です。", when="decided = 'ineligible'"
    ),
    Finding(
        code="SUPPORTER_TAXED", outcome=_O.INELIGIBLE, when="declared_supporter_taxed",
        sentence="課税されている親族等に扶養されている人だけの世帯であると申出がありました。",
    ),
    Finding(
        code="UNDECIDED", outcome=_O.DEFICIENT, when="decided IS DISTINCT FROM 'eligible' AND decided IS DISTINCT FROM 'ineligible'",
        sentence="税の状況が確認できておらず、判定が終わっていません。",
    ),
    Finding(
        code="DECLARATION_MISSING", outcome=_O.DEFICIENT, when="needs_declaration AND declared_supporter_taxed IS NULL",
        sentence="扶養に関する申出の記入がありません。",
    ),
    Finding(
        code="TOO_EARLY", outcome=_O.DEFICIENT, when="received_on < accepts_from", sentence="受付日が受付開始日より前です。"
    ),
    Finding(code="LATE", outcome=_O.DEFICIENT, when="received_on > deadline", sentence="受付日が申請期限より後です。"),
    Finding(code="ACCOUNT_MISSING", outcome=_O.DEFICIENT, when="bank_code = ''", sentence="振込先口座の記入がありません。"),
    Finding(
        code="BANK_UNKNOWN", outcome=_O.DEFICIENT, when="bank_code <> '' AND bank_known IS NOT TRUE",
        sentence="金融機関コードが一覧にありません。",
    ),
    Finding(
        code="BRANCH_UNKNOWN", outcome=_O.DEFICIENT, when="bank_known AND branch_known IS NOT TRUE",
        sentence="支店コードが一覧にありません。",
    ),
    Finding(
        code="BRANCH_CLOSED", outcome=_O.DEFICIENT, when="branch_known AND branch_open IS NOT TRUE",
        sentence="支店が統廃合されています。承継先を確かめてください。",
    ),
    Finding(
        code="ACCOUNT_INVALID", outcome=_O.DEFICIENT, sentence="預金種目または口座番号が正しくありません。",
        when="bank_code <> '' AND (account_type NOT IN ('1', '2', '4')"
        " OR NOT regexp_full_match(account_number, '[0-9]{7}') OR account_number = '0000000')",
    ),
    Finding(
        code="NAME_DIFFERS", outcome=_O.DEFICIENT, when="bank_code <> '' AND (holder = '' OR holder IS DISTINCT FROM payee)",
        sentence="口座名義が受給者本人のカナ氏名と一致しません。",
    ),
    Finding(
        code="NAME_UNUSABLE", outcome=_O.DEFICIENT, when="bank_code <> '' AND zengin_holder IS NULL",
        sentence="口座名義に振込で使えない文字があります。",
    ),
    Finding(
        code="IDENTITY_MISSING", outcome=_O.DEFICIENT, when="identity_attached IS FALSE",
        sentence="本人確認書類が添付されていません。",
    ),
    Finding(
        code="ACCOUNT_PROOF_MISSING", outcome=_O.DEFICIENT, when="bank_code <> '' AND account_attached IS FALSE",
        sentence="振込先口座を確認できる書類が添付されていません。",
    ),
    Finding(
        code="PROXY_IDENTITY_MISSING", outcome=_O.DEFICIENT, when="proxy <> '' AND proxy_identity_attached IS FALSE",
        sentence="代理人の本人確認書類が添付されていません。",
    ),
    Finding(
        code="PROXY_AUTHORITY_MISSING", outcome=_O.DEFICIENT, when="proxy <> '' AND proxy_proved IS FALSE",
        sentence="代理権を示す書類（法定代理人は登記事項証明書など、ほかの代理人は委任状など）が添付されていません。",
    ),
    Finding(
        code="PAYEE_DIED", outcome=_O.DEFICIENT, when="left_reason = '死亡'", sentence="受給者が死亡しています。"
    ),
    Finding(
        code="PAYEE_UNKNOWN", outcome=_O.DEFICIENT, when="in_register IS NOT TRUE", sentence="受給者が最新の住民記録にありません。"
    ),
    Finding(
        code="PROTECTED_BY_HAND", outcome=_O.DEFICIENT, when="protected IS NOT FALSE AND protection_seen IS NOT TRUE",
        sentence="支援措置の対象であり、責任職が個別に確認します。",
    ),
    Finding(
        code="PAYEE_PAID", outcome=_O.DEFICIENT, when="payee_paid IS TRUE",
        sentence="受給者本人が、元の世帯の受給者としてこの給付金を受けています。",
    ),
)  # fmt: skip


def query(rows: str) -> str:
    """DuckDB: case_id, application_id, outcome, codes (in the order of FINDINGS) for every row of the relation `rows`.

    An outcome carries only the codes that led to it: a declined form may well lack an account.
    """
    lists = {outcome: _codes(outcome) for outcome in _O if outcome is not _O.PASSED}
    chosen = " ".join(f"WHEN len({outcome}_codes) > 0 THEN {outcome}_codes" for outcome in lists)
    named = " ".join(f"WHEN len({outcome}_codes) > 0 THEN '{outcome}'" for outcome in lists)
    found = ", ".join(f"{expression} AS {outcome}_codes" for outcome, expression in lists.items())
    return (
        f"SELECT application_id, case_id, CASE {named} ELSE 'passed' END AS outcome, "
        f"CASE {chosen} ELSE []::VARCHAR[] END AS codes "
        f"FROM (SELECT *, {found} FROM {rows}) ORDER BY application_id"
    )


def _codes(outcome: ExaminationOutcome) -> str:
    cases = ", ".join(f"CASE WHEN {f.when} THEN '{f.code}' END" for f in FINDINGS if f.outcome is outcome)
    return f"list_filter([{cases}], lambda code: code IS NOT NULL)"
