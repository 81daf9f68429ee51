"""The states of one question (照会) about one person, and which may follow which."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.workflow.flow import Flow, along


class QueryState(TextChoices):
    """One 情報照会内容登録情報 as 税情報一括照会 sees it; from ASKED on the values of contracts.information.Outcome.

    EXPIRED is no end: an answer that comes too late is an answer.
    """

    DRAFTED = "drafted", "作成"
    REJECTED = "rejected", "受付エラー"
    ASKED = "asked", "照会中"
    HELD = "held", "提供者確認中"
    ANSWERED = "answered", "回答あり"
    NO_RECORD = "no_record", "該当なし"
    RELEASE_REFUSED = "release_refused", "提供不許可"
    REFUSED = "refused", "照会エラー"
    EXPIRED = "expired", "期限切れ"


_ENDS: Final = (
    QueryState.ANSWERED,
    QueryState.NO_RECORD,
    QueryState.RELEASE_REFUSED,
    QueryState.REFUSED,
)
OPEN: Final = (QueryState.DRAFTED, QueryState.ASKED, QueryState.HELD)
"""Whoever is asked about in one of these states is not asked about again at the same provider."""

QUERY: Final = Flow(
    name="inquiry_query",
    title="税情報一括照会の一人分の照会",
    table="inquiry_query",
    states=QueryState,
    starts=(QueryState.DRAFTED,),
    ends=(QueryState.REJECTED, *_ENDS),
    key="record_id",
    steps=(
        *along(
            {
                QueryState.DRAFTED: (QueryState.REJECTED, QueryState.ASKED),
                QueryState.ASKED: (QueryState.HELD, *_ENDS),
                QueryState.HELD: _ENDS,
                QueryState.EXPIRED: _ENDS,
            },
            Permission.INQUIRY_OPERATE,
        ),
        *along(
            dict.fromkeys((QueryState.ASKED, QueryState.HELD), (QueryState.EXPIRED,)),
            Permission.INQUIRY_EXPIRE,
        ),
    ),
)

FLOWS: Final = (QUERY,)
