"""辞退: noted by one, confirmed by another."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.systems.benefits.rules.aftermath.declines import DeclineState
from todoke.workflow.flow import Flow, Step

DECLINE: Final = Flow(
    name="benefits_decline",
    title="辞退の申出",
    table="benefits_decline",
    states=DeclineState,
    starts=(DeclineState.NOTED,),
    ends=(DeclineState.CONFIRMED, DeclineState.WITHDRAWN),
    logged={DeclineState.WITHDRAWN: "benefits:decline:withdraw"},
    steps=(
        Step(
            before=DeclineState.NOTED,
            after=DeclineState.CONFIRMED,
            permissions=(Permission.BENEFITS_DECLINE_CONFIRM,),
            act="confirmed_by",
            unlike=("noted_by",),
            approvals=1,
        ),
        Step(
            before=DeclineState.NOTED,
            after=DeclineState.WITHDRAWN,
            permissions=(Permission.BENEFITS_DECLINE_NOTE, Permission.BENEFITS_DECLINE_CONFIRM),
        ),
    ),
)
