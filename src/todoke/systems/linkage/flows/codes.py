"""The states of the acquisition of one 符号."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.workflow.flow import Flow, along


class CodeRequestState(TextChoices):
    """Where the acquisition of one person's 符号 at one organisation stands, as the city knows it."""

    WANTED = "wanted", "未要求"
    REQUESTED = "requested", "要求済"
    PRESENT = "present", "取得済"
    REFUSED = "refused", "取得エラー"
    AGAIN = "again", "再取得"


_ANSWERED: Final = (CodeRequestState.REQUESTED, CodeRequestState.PRESENT, CodeRequestState.REFUSED)

CODE_REQUEST: Final = Flow(
    name="linkage_code_request",
    title="符号取得の要求",
    table="linkage_coderequest",
    states=CodeRequestState,
    starts=(CodeRequestState.WANTED,),
    ends=(CodeRequestState.PRESENT,),
    key="id",
    at="changed_at",
    by="",
    steps=(
        *along(
            {
                CodeRequestState.WANTED: _ANSWERED,
                CodeRequestState.AGAIN: _ANSWERED,
                CodeRequestState.REQUESTED: (CodeRequestState.PRESENT, CodeRequestState.REFUSED),
            },
            Permission.LINKAGE_SEND,
        ),
        *along(
            {
                CodeRequestState.REQUESTED: (CodeRequestState.AGAIN,),
                CodeRequestState.REFUSED: (CodeRequestState.AGAIN,),
            },
            Permission.LINKAGE_OPERATE,
        ),
    ),
)
"""A person is WANTED from the moment they are registered. The city learns that a 符号 was acquired, never which it is."""
