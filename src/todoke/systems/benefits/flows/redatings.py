"""振込指定日の変更: asked by one, confirmed by another."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.systems.benefits.rules.payments.redating import RedatingState
from todoke.workflow.flow import Flow, Step

_S = RedatingState

REDATING: Final = Flow(
    name="benefits_redating",
    title="振込指定日の変更",
    table="benefits_redating",
    states=RedatingState,
    starts=(_S.ASKED,),
    ends=(_S.CONFIRMED, _S.WITHDRAWN),
    logged={_S.WITHDRAWN: "benefits:payment:redate-withdraw"},
    steps=(
        Step(
            before=_S.ASKED,
            after=_S.CONFIRMED,
            permissions=(Permission.BENEFITS_RELEASE,),
            act="confirmed_by",
            unlike=("asked_by",),
            approvals=1,
        ),
        Step(
            before=_S.ASKED,
            after=_S.WITHDRAWN,
            permissions=(Permission.BENEFITS_PAY, Permission.BENEFITS_RELEASE),
        ),
    ),
)
