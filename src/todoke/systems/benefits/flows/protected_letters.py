"""支援措置の対象者への手紙: printed by one, posted by another."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.systems.benefits.rules.letters.protected_letter import ProtectedState
from todoke.workflow.flow import Flow, Step

_P = ProtectedState
_HANDLE = (Permission.BENEFITS_PROTECTED_LETTER,)

PROTECTED_LETTER: Final = Flow(
    name="benefits_protected_letter",
    title="支援措置の対象者への手紙",
    table="benefits_protected_letter",
    states=ProtectedState,
    starts=(_P.PRINTED,),
    ends=(_P.POSTED, _P.SPOILED),
    steps=(
        Step(
            before=_P.PRINTED,
            after=_P.POSTED,
            permissions=_HANDLE,
            act="confirmed_by",
            unlike=("printed_by",),
            approvals=1,
        ),
        Step(before=_P.PRINTED, after=_P.SPOILED, permissions=_HANDLE),
    ),
)
