"""Where a proposed edition of a programme stands."""

from __future__ import annotations

from enum import StrEnum


class EditionState(StrEnum):
    """One edition of a programme that somebody proposed (事業の改定)."""

    PROPOSED = "proposed"  # 提案中
    APPROVED = "approved"  # 承認済
    REFUSED = "refused"  # 不承認
    WITHDRAWN = "withdrawn"  # 取下げ
