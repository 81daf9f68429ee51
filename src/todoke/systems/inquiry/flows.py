"""The states of one question (照会) about one person, and which may follow which."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices


class QueryState(TextChoices):
    """One 情報照会内容登録情報 as 税情報一括照会 sees it. The values are those of contracts.information.Outcome."""

    DRAFTED = "drafted", "作成"
    ASKED = "asked", "照会中"
    HELD = "held", "提供者確認中"
    ANSWERED = "answered", "回答あり"
    NO_RECORD = "no_record", "該当なし"
    RELEASE_REFUSED = "release_refused", "提供不許可"
    REFUSED = "refused", "照会エラー"


_ENDS: Final = frozenset(
    {QueryState.ANSWERED, QueryState.NO_RECORD, QueryState.RELEASE_REFUSED, QueryState.REFUSED}
)

TRANSITIONS: Final[dict[QueryState, frozenset[QueryState]]] = {
    QueryState.DRAFTED: frozenset({QueryState.ASKED, QueryState.REFUSED}),
    QueryState.ASKED: frozenset({QueryState.HELD}) | _ENDS,
    QueryState.HELD: _ENDS,
    **{end: frozenset() for end in _ENDS},
}
"""State → states that may follow. An end is never left."""

STEPS: Final = tuple(f"{source}>{target}" for source, targets in TRANSITIONS.items() for target in targets)
"""The same as `from>to`, for guarded updates."""
