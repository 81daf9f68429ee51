"""番号変換の許可の終了, by either side and at once."""

from __future__ import annotations

from todoke.access.permissions import Actor, Permission, one_of, require
from todoke.systems.linkage.flows import CONVERSION_RIGHT, RightState
from todoke.workflow.runner import move, of

ALIAS = "linkage"


def end_right(*, right_id: int, by: Actor) -> None:
    """From now on the right counts no more. STATE_CONFLICT when it has ended before."""
    require(by, one_of(by, Permission.LINKAGE_RIGHT_CONFIRM, Permission.LINKAGE_RIGHT_DECLARE))
    rows, subject = of(CONVERSION_RIGHT, [right_id]), f"right {right_id}"
    move(ALIAS, CONVERSION_RIGHT, rows, to=RightState.ENDED, by=by, subject=subject, persons=0)
