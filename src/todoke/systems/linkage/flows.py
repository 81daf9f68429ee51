"""The states of a query in 統合番号連携システム, and which may follow which."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.contracts.information import Outcome


class QueryState(TextChoices):
    """One 情報照会 as the inquiring city's linkage system sees it."""

    ACCEPTED = "accepted", "受付済（未送信）"
    SENT = "sent", "送信中（受付回答待ち）"
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
    QueryState.ACCEPTED: frozenset({QueryState.SENT, QueryState.REFUSED}),
    # back to ACCEPTED when the 符号 has not arrived yet; a result may be polled before the receipt is heard
    QueryState.SENT: frozenset({QueryState.ACCEPTED, QueryState.ASKED, QueryState.HELD}) | _ENDS,
    QueryState.ASKED: frozenset({QueryState.HELD}) | _ENDS,
    QueryState.HELD: _ENDS,
    **{end: frozenset() for end in _ENDS},
}
"""State → states that may follow. An end is never left."""

OUTCOMES: Final[dict[QueryState, Outcome]] = {
    QueryState.ACCEPTED: Outcome.ASKED,
    QueryState.SENT: Outcome.ASKED,
    QueryState.ASKED: Outcome.ASKED,
    QueryState.HELD: Outcome.HELD,
    QueryState.ANSWERED: Outcome.ANSWERED,
    QueryState.NO_RECORD: Outcome.NO_RECORD,
    QueryState.RELEASE_REFUSED: Outcome.RELEASE_REFUSED,
    QueryState.REFUSED: Outcome.REFUSED,
}
"""How siblings see each state."""

OPEN: Final = (QueryState.ACCEPTED, QueryState.SENT, QueryState.ASKED)
"""Without any result yet; HELD has one, and its end may take days."""


def before(state: QueryState) -> list[str]:
    """The states from which `state` may be reached, for guarded updates."""
    return [source.value for source, targets in TRANSITIONS.items() if state in targets]
