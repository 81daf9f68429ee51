"""起案の取消し: asked by one, confirmed by another."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.systems.benefits.rules.payments.cancellation import CancellationState
from todoke.workflow.flow import Flow, Step

_S = CancellationState

CANCELLATION: Final = Flow(
    name="benefits_batch_cancellation",
    title="支払の起案の取消し",
    table="benefits_batch_cancellation",
    states=CancellationState,
    starts=(_S.ASKED,),
    ends=(_S.CONFIRMED, _S.WITHDRAWN),
    logged={_S.WITHDRAWN: "benefits:cancel:withdraw"},
    steps=(
        Step(
            before=_S.ASKED,
            after=_S.CONFIRMED,
            permissions=(Permission.BENEFITS_CANCEL_CONFIRM,),
            act="confirmed_by",
            unlike=("asked_by",),
            approvals=1,
        ),
        Step(before=_S.ASKED, after=_S.WITHDRAWN, permissions=(Permission.BENEFITS_CANCEL_ASK,)),
    ),
)
