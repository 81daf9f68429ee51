"""決裁区分: asked by one, confirmed by another."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.systems.benefits.rules.examination.approval import LimitState
from todoke.workflow.flow import Flow, Step

_S = LimitState

APPROVAL_LIMIT: Final = Flow(
    name="benefits_approval_limit",
    title="決裁区分（係長が承認できる額）",
    table="benefits_approval_limit",
    states=LimitState,
    starts=(_S.ASKED,),
    ends=(_S.CONFIRMED, _S.WITHDRAWN),
    logged={_S.WITHDRAWN: "benefits:limit:withdraw"},
    steps=(
        Step(
            before=_S.ASKED,
            after=_S.CONFIRMED,
            permissions=(Permission.BENEFITS_LIMIT_CONFIRM,),
            act="confirmed_by",
            unlike=("asked_by",),
            approvals=1,
        ),
        Step(before=_S.ASKED, after=_S.WITHDRAWN, permissions=(Permission.BENEFITS_LIMIT_ASK,)),
    ),
)
