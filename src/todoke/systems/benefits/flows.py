"""The states of a case (給付管理番号ごとの進み具合) and the only steps between them; the database keeps the same table."""

from __future__ import annotations

from enum import StrEnum


class CaseState(StrEnum):
    """Where a household's case stands, from numbering to payment (PIA I.2 システム1 (3) 支給管理機能)."""

    NUMBERED = "numbered"  # 付番済
    PRINTED = "printed"  # 確認書印刷済
    RECEIVED = "received"  # 受付済
    PASSED = "passed"  # 審査済 (支給要件を満たす)
    DEFICIENT = "deficient"  # 不備
    DECLINED = "declined"  # 辞退
    INELIGIBLE = "ineligible"  # 不支給
    APPROVED = "approved"  # 承認済
    RESERVED = "reserved"  # 支払予定 (支払単位に組入れ済)
    ORDERED = "ordered"  # 振込依頼済 (銀行の結果はまだ分からない)
    PAID = "paid"  # 支払済
    FAILED = "failed"  # 振込不能


_S = CaseState
TRANSITIONS: frozenset[tuple[CaseState, CaseState]] = frozenset(
    {
        (_S.NUMBERED, _S.PRINTED),
        (_S.NUMBERED, _S.RECEIVED),  # a protected person's form is never printed in bulk
        (_S.PRINTED, _S.RECEIVED),
        (_S.RECEIVED, _S.PASSED),
        (_S.RECEIVED, _S.DEFICIENT),
        (_S.RECEIVED, _S.DECLINED),
        (_S.RECEIVED, _S.INELIGIBLE),
        (_S.DEFICIENT, _S.RECEIVED),
        (
            _S.PASSED,
            _S.RECEIVED,
        ),  # back to examination when a later decision or the register no longer agrees
        (_S.PASSED, _S.APPROVED),
        (_S.APPROVED, _S.RECEIVED),
        (_S.APPROVED, _S.RESERVED),
        (_S.RESERVED, _S.ORDERED),
        (_S.ORDERED, _S.PAID),
        (_S.ORDERED, _S.FAILED),
    }
)


def may_move(before: CaseState, after: CaseState) -> bool:
    """Whether a case may go from `before` to `after` in one step."""
    return (before, after) in TRANSITIONS
