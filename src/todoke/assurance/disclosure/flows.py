"""The states of a request: whoever took it in or found the person does not decide it."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices

from todoke.access.permissions import Permission
from todoke.workflow.flow import Flow, Step


class RequestState(TextChoices):
    """Where a request stands."""

    RECEIVED = "received", "受付済み"
    INCOMPLETE = "incomplete", "補正を求めている"
    IDENTIFIED = "identified", "本人を特定済み"
    DECIDED = "decided", "決定済み"
    EXECUTED = "executed", "実施済み"
    WITHDRAWN = "withdrawn", "取下げ"


_R = RequestState
_RECEIVE: Final = (Permission.DISCLOSURE_RECEIVE,)
REQUEST: Final = Flow(
    name="assurance_request",
    title="開示・訂正・利用停止の請求",
    table="assurance_request",
    states=RequestState,
    starts=(_R.RECEIVED,),
    ends=(_R.EXECUTED, _R.WITHDRAWN),
    logged={_R.WITHDRAWN: "disclosure:request:withdraw"},
    steps=(
        Step(before=_R.RECEIVED, after=_R.INCOMPLETE, permissions=_RECEIVE),
        Step(before=_R.INCOMPLETE, after=_R.RECEIVED, permissions=_RECEIVE),
        Step(
            before=_R.RECEIVED, after=_R.IDENTIFIED, permissions=(Permission.DISCLOSURE_GATHER,),
            act="identified_by",
        ),
        Step(
            before=_R.IDENTIFIED, after=_R.DECIDED, permissions=(Permission.DISCLOSURE_DECIDE,),
            act="decided_by", unlike=("received_by", "identified_by"), approvals=2,
        ),
        Step(
            before=_R.DECIDED, after=_R.EXECUTED,
            permissions=(Permission.DISCLOSURE_HAND_OVER, Permission.DISCLOSURE_CARRY_OUT), act="executed_by",
        ),
        Step(before=_R.RECEIVED, after=_R.WITHDRAWN, permissions=_RECEIVE),
        Step(before=_R.INCOMPLETE, after=_R.WITHDRAWN, permissions=_RECEIVE),
        Step(before=_R.IDENTIFIED, after=_R.WITHDRAWN, permissions=_RECEIVE),
    ),
)  # fmt: skip
FLOWS: Final = (REQUEST,)
