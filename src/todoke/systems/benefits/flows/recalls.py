"""組戻し: asked by one, confirmed by another, answered by the bank."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.systems.benefits.rules.payments.failures import RecallState
from todoke.workflow.flow import Flow, Step

RECALL: Final = Flow(
    name="benefits_recall",
    title="組戻し",
    table="benefits_recall",
    states=RecallState,
    starts=(RecallState.ASKED,),
    ends=(RecallState.RETURNED, RecallState.REFUSED, RecallState.WITHDRAWN),
    logged={RecallState.WITHDRAWN: "benefits:recall:withdraw"},
    steps=(
        Step(
            before=RecallState.ASKED,
            after=RecallState.CONFIRMED,
            permissions=(Permission.BENEFITS_RECALL_CONFIRM,),
            act="confirmed_by",
            unlike=("asked_by",),
            approvals=1,
        ),
        Step(
            before=RecallState.ASKED,
            after=RecallState.WITHDRAWN,
            permissions=(Permission.BENEFITS_RECALL_ASK,),
        ),
        Step(
            before=RecallState.CONFIRMED,
            after=RecallState.RETURNED,
            permissions=(Permission.BENEFITS_RESULT,),
        ),
        Step(
            before=RecallState.CONFIRMED,
            after=RecallState.REFUSED,
            permissions=(Permission.BENEFITS_RESULT,),
        ),
    ),
)
"""Asked by one, confirmed by another; then the bank says whether the money comes back."""
