"""返還: its claim, and what is written off of it (不納欠損)."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.systems.benefits.rules.aftermath.refunds import RefundState, WriteOffState
from todoke.workflow.flow import Flow, Step

_R = RefundState

REFUND: Final = Flow(
    name="benefits_refund",
    title="返還の請求",
    table="benefits_refund",
    states=RefundState,
    starts=(_R.PROPOSED,),
    ends=(_R.WRITTEN_OFF, _R.WITHDRAWN),
    logged={_R.WITHDRAWN: "benefits:refund:withdraw"},
    steps=(
        Step(
            before=_R.PROPOSED,
            after=_R.CLAIMED,
            permissions=(Permission.BENEFITS_REFUND_DECIDE,),
            act="decided_by",
            unlike=("proposed_by",),
            approvals=1,
        ),
        Step(
            before=_R.PROPOSED,
            after=_R.WITHDRAWN,
            permissions=(Permission.BENEFITS_REFUND_PROPOSE, Permission.BENEFITS_REFUND_DECIDE),
        ),
        Step(before=_R.CLAIMED, after=_R.SETTLED, permissions=(Permission.BENEFITS_REFUND_RECEIVE,)),
        Step(before=_R.CLAIMED, after=_R.WRITTEN_OFF, permissions=(Permission.BENEFITS_REFUND_DECIDE,)),
        # a receipt is reversed, and something is open again
        Step(
            before=_R.SETTLED,
            after=_R.REOPENED,
            permissions=(Permission.BENEFITS_REFUND_RECEIVE,),
            unlike=("benefits_refund_reversal.recorded_by",),
            approvals=1,
            kept_by=("reversal_two_persons", "benefits_refund_reopened_proved"),
        ),
        Step(before=_R.REOPENED, after=_R.SETTLED, permissions=(Permission.BENEFITS_REFUND_RECEIVE,)),
        Step(before=_R.REOPENED, after=_R.WRITTEN_OFF, permissions=(Permission.BENEFITS_REFUND_DECIDE,)),
    ),
)
"""Proposed by one, decided by another; its sums are those of receipts and write-offs (triggers)."""

WRITE_OFF: Final = Flow(
    name="benefits_refund_write_off",
    title="返還の不納欠損",
    table="benefits_refund_write_off",
    states=WriteOffState,
    starts=(WriteOffState.ASKED,),
    ends=(WriteOffState.CONFIRMED, WriteOffState.WITHDRAWN),
    logged={WriteOffState.WITHDRAWN: "benefits:refund:keep"},
    steps=(
        Step(
            before=WriteOffState.ASKED,
            after=WriteOffState.CONFIRMED,
            permissions=(Permission.BENEFITS_REFUND_DECIDE,),
            act="confirmed_by",
            unlike=("asked_by",),
            approvals=1,
        ),
        Step(
            before=WriteOffState.ASKED,
            after=WriteOffState.WITHDRAWN,
            permissions=(Permission.BENEFITS_REFUND_PROPOSE, Permission.BENEFITS_REFUND_DECIDE),
        ),
    ),
)
