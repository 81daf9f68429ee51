"""発送: handed over, counted, matched, confirmed."""

from __future__ import annotations

from typing import Final

from todoke.access.permissions import Permission
from todoke.systems.benefits.rules.letters.mailing_state import MailingState
from todoke.workflow.flow import Flow, Step

_M = MailingState
_MAILING = (Permission.BENEFITS_MAILING,)

MAILING: Final = Flow(
    name="benefits_mailing",
    title="発送",
    table="benefits_mailing",
    states=MailingState,
    starts=(_M.HANDED,),
    ends=(_M.DISPATCHED,),
    steps=(
        Step(before=_M.HANDED, after=_M.COUNTED, permissions=_MAILING, act="counted_by"),
        Step(before=_M.COUNTED, after=_M.MATCHED, permissions=_MAILING, act="matched_by"),
        # a newer register came: matched anew
        Step(before=_M.MATCHED, after=_M.OUTDATED, permissions=_MAILING),
        Step(before=_M.OUTDATED, after=_M.MATCHED, permissions=_MAILING, act="matched_by"),
        Step(
            before=_M.MATCHED,
            after=_M.DISPATCHED,
            permissions=(Permission.BENEFITS_MAILING_CONFIRM,),
            act="confirmed_by",
            unlike=("handed_by", "counted_by", "matched_by"),
            approvals=3,
            kept_by=("benefits_mailing_dispatched_proved",),
        ),
    ),
)
"""Whoever handed over, counted or matched the letters does not confirm that they are posted."""
