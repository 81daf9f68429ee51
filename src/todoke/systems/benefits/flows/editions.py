"""事業の改定: two people for every change of a value."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.systems.benefits.rules.editions.state import EditionState
from todoke.workflow.flow import Flow, Step

EDITION: Final = Flow(
    name="benefits_programme_edition",
    title="事業の改定",
    table="benefits_programme_edition",
    states=EditionState,
    starts=(EditionState.PROPOSED,),
    ends=(EditionState.APPROVED, EditionState.REFUSED, EditionState.WITHDRAWN),
    logged={
        EditionState.REFUSED: "benefits:programme:refuse",
        EditionState.WITHDRAWN: "benefits:programme:withdraw",
    },
    steps=(
        Step(
            before=EditionState.PROPOSED,
            after=EditionState.APPROVED,
            permissions=(Permission.BENEFITS_PROGRAMME_APPROVE,),
            act="approved_by",
            unlike=("proposed_by",),
            approvals=1,
        ),
        Step(
            before=EditionState.PROPOSED,
            after=EditionState.REFUSED,
            permissions=(Permission.BENEFITS_PROGRAMME_APPROVE,),
        ),
        Step(
            before=EditionState.PROPOSED,
            after=EditionState.WITHDRAWN,
            permissions=(Permission.BENEFITS_PROGRAMME_PROPOSE,),
        ),
    ),
)
"""Two people for every change of a value: who proposes it does not approve it."""
