"""The states of one 情報照会."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.contracts.information import Outcome
from todoke.workflow.flow import Flow, along


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


_ENDS: Final = (
    QueryState.ANSWERED,
    QueryState.NO_RECORD,
    QueryState.RELEASE_REFUSED,
    QueryState.REFUSED,
)

QUERY: Final = Flow(
    name="linkage_query",
    title="統合番号連携システムの一人分の照会",
    table="linkage_query",
    states=QueryState,
    starts=(QueryState.ACCEPTED,),
    ends=_ENDS,
    key="record_id",
    at="",
    by="",
    steps=along(
        {
            QueryState.ACCEPTED: (QueryState.SENT, QueryState.REFUSED),
            # back to ACCEPTED when the 符号 has not arrived yet; a result may be polled before the receipt is heard
            QueryState.SENT: (QueryState.ACCEPTED, QueryState.ASKED, QueryState.HELD, *_ENDS),
            QueryState.ASKED: (QueryState.HELD, *_ENDS),
            QueryState.HELD: _ENDS,
        },
        Permission.LINKAGE_OPERATE,
        Permission.LINKAGE_SEND,
    ),
)


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
