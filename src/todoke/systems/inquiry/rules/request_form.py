"""Constants of the 照会送付ファイル of this duty (items 3–23 of 別添1), edition 2021."""

from __future__ import annotations

from typing import Final

DEPARTMENT_CODE: Final = "KENKOFUKUSHI-SOMU"
"""依頼元部署コード: our code for 健康福祉局総務部総務課 (PIA I.6)."""

USER_NAME: Final = "健康福祉局総務部総務課"
"""依頼元ユーザ名: the office in charge, not a person (double-byte)."""

NONDISCLOSURE: Final = "1"
"""照会側不開示コード as another city uses it (facts/linkage.md §2.3)."""

CONDITION_KIND: Final = "0"
CONDITION_YEAR: Final = "0"
"""照会条件区分, 照会年度区分: no narrowing (facts/linkage.md §2.3)."""


def file_identifier(municipality: str, number: int) -> str:
    """ファイル識別子: unique in the municipality."""
    return f"INQ{municipality}{number:06d}"
