"""状態: the names of where a case stands; how it moves is in flows.py."""

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
    REFUNDING = "refunding"  # 返還請求中 (支払った全部または一部)
    REFUNDED = "refunded"  # 返還済 (全額)
