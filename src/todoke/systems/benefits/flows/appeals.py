"""不服の申出・審査請求."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.systems.benefits.flows.cases import APPROVED, EXAMINED
from todoke.systems.benefits.rules.aftermath.appeals import AppealState
from todoke.workflow.flow import Flow, Step

_A = AppealState

APPEAL: Final = Flow(
    name="benefits_appeal",
    title="不服の申出・審査請求",
    table="benefits_appeal",
    states=AppealState,
    starts=(_A.RECEIVED,),
    ends=(_A.ANSWERED, _A.WITHDRAWN),
    logged={_A.WITHDRAWN: "benefits:appeal:withdraw"},
    steps=(
        Step(
            before=_A.RECEIVED,
            after=_A.DRAFTED,
            permissions=(Permission.BENEFITS_APPEAL_RECEIVE,),
            act="drafted_by",
            unlike=(EXAMINED, APPROVED),
            kept_by=("benefits_appeal_hearer",),
        ),
        Step(
            before=_A.DRAFTED,
            after=_A.ANSWERED,
            permissions=(Permission.BENEFITS_APPEAL_ANSWER,),
            act="answered_by",
            unlike=("drafted_by", EXAMINED, APPROVED),
            approvals=1,
            kept_by=("benefits_appeal_hearer",),
        ),
        Step(before=_A.DRAFTED, after=_A.RECEIVED, permissions=(Permission.BENEFITS_APPEAL_ANSWER,)),
        *(
            Step(before=state, after=_A.WITHDRAWN, permissions=(Permission.BENEFITS_APPEAL_RECEIVE,))
            for state in (_A.RECEIVED, _A.DRAFTED)
        ),
    ),
)
"""Nobody who took part in the decision hears the appeal against it (行政不服審査法9条2項)."""
