"""文書台帳: a sheet, and the destruction of sheets."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.systems.benefits.rules.intake.paper_state import DisposalState, PaperState
from todoke.workflow.flow import Flow, Step

_P = PaperState
_D = DisposalState


def _paper_step(before: PaperState, after: PaperState, permission: Permission) -> Step:
    return Step(before=before, after=after, permissions=(permission,))


PAPER: Final = Flow(
    name="benefits_paper",
    title="文書台帳の一枚",
    table="benefits_paper",
    states=PaperState,
    starts=(_P.HELD,),
    ends=(_P.CANCELLED, _P.DISPOSED),
    steps=(
        _paper_step(_P.HELD, _P.OUT, Permission.BENEFITS_PAPER_MOVE),
        _paper_step(_P.OUT, _P.HELD, Permission.BENEFITS_PAPER_MOVE),
        _paper_step(_P.HELD, _P.CANCELLED, Permission.BENEFITS_RECEIVE),
        Step(
            before=_P.HELD,
            after=_P.DISPOSED,
            permissions=(Permission.BENEFITS_PAPER_APPROVE,),
            kept_by=("benefits_paper_disposed_proved",),
        ),
    ),
)

DISPOSAL: Final = Flow(
    name="benefits_paper_disposal",
    title="文書の廃棄",
    table="benefits_paper_disposal",
    states=DisposalState,
    starts=(_D.PROPOSED,),
    ends=(_D.APPROVED, _D.WITHDRAWN),
    logged={_D.WITHDRAWN: "benefits:paper:withdraw"},
    steps=(
        Step(
            before=_D.PROPOSED,
            after=_D.APPROVED,
            permissions=(Permission.BENEFITS_PAPER_APPROVE,),
            act="approved_by",
            unlike=("proposed_by",),
            approvals=1,
        ),
        Step(
            before=_D.PROPOSED,
            after=_D.WITHDRAWN,
            permissions=(Permission.BENEFITS_PAPER_DISPOSE, Permission.BENEFITS_PAPER_APPROVE),
        ),
    ),
)
"""Two people for every sheet that is destroyed."""
