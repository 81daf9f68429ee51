"""見送り: why an approved case does not go into a batch now. Asked once more at the moment of payment.

Each condition is a DuckDB expression over one row per approved case (see `COLUMNS`); null counts against payment.
Source: facts/benefit.md §3 (横須賀 2024: "remove deaths" was lost on the way; 仙台 2022; 公金受取口座 2023).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class HeldBack:
    """One reason; the first that applies is counted."""

    code: str
    sentence: str
    when: str


COLUMNS: Final = (
    "decided",
    "in_register",
    "left_reason",
    "protected",
    "protection_seen",
    "branch_open",
    "holder",
    "zengin_holder",
    "payee",
)
REASONS: Final = (
    HeldBack(code="PAYEE_DIED", sentence="受給者が死亡している", when="left_reason = '死亡'"),
    HeldBack(code="PAYEE_UNKNOWN", sentence="受給者が最新の住民記録にない", when="in_register IS NOT TRUE"),
    HeldBack(code="PROTECTED", sentence="支援措置の対象になった", when="protected IS NOT FALSE AND protection_seen IS NOT TRUE"),
    HeldBack(code="NOT_ELIGIBLE", sentence="最新の判定で支給対象でない", when="decided IS DISTINCT FROM 'eligible'"),
    HeldBack(code="BRANCH_CLOSED", sentence="口座の支店が統廃合された、または一覧にない", when="branch_open IS NOT TRUE"),
    HeldBack(code="NAME_UNUSABLE", sentence="口座名義が振込で使えない", when="zengin_holder IS NULL"),
    HeldBack(
        code="NAME_DIFFERS", sentence="口座名義が住民記録のカナ氏名と一致しない",
        when="coalesce(payee, '') = '' OR holder IS DISTINCT FROM payee",
    ),
)  # fmt: skip
BY_CODE: Final = {reason.code: reason for reason in REASONS}


def query(rows: str) -> str:
    """DuckDB: case_id, amount_yen, zengin_holder, held_back (a code, null for a case that may be paid), ordered by case_id."""
    named = " ".join(f"WHEN {reason.when} THEN '{reason.code}'" for reason in REASONS)
    return f"SELECT case_id, amount_yen, zengin_holder, CASE {named} END AS held_back FROM {rows} ORDER BY case_id"
