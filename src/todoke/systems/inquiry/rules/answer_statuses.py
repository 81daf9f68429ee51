"""照会ステータス, two levels: 明細単位 (the record) and 特定個人情報名単位 (the TM code), facts/linkage.md §2.3.

Only the two codes of success are public (V13). Every other code is kept as it came, shown as unknown, and is never
a success: an answer counts only when both levels say so.
"""

from __future__ import annotations

from typing import Final

EDITION: Final = 1
DETAIL_SUCCESS: Final = "09"
INFORMATION_SUCCESS: Final = "01"
NORMAL_END: Final = "正常終了"
NOT_SUCCESSFUL: Final = "status_not_success"
"""エラー理由 of a reply without both codes of success."""

_DETAIL: Final = {DETAIL_SUCCESS: NORMAL_END}
_INFORMATION: Final = {INFORMATION_SUCCESS: NORMAL_END}


def detail_words(code: str | None) -> str:
    """「09（正常終了）」, 「17（不明なコード）」, 「（届いていない）」."""
    return _words(code, _DETAIL)


def information_words(code: str | None) -> str:
    """The same for the other level."""
    return _words(code, _INFORMATION)


def _words(code: str | None, known: dict[str, str]) -> str:
    return f"{code}（{known.get(code, '不明なコード')}）" if code else "（届いていない）"
