"""番号変換の許可の終了, by either side and at once."""

from __future__ import annotations

from todoke.access.permissions import Actor, Permission, require
from todoke.systems.linkage.flows import CONVERSION_RIGHT, RightState
from todoke.workflow.runner import move, of

ALIAS = "linkage"


def end_right(*, right_id: int, by: Actor) -> None:
    """From now on the right counts no more. STATE_CONFLICT when it has ended before."""
    require(by, _held(by))
    rows, subject = of(CONVERSION_RIGHT, [right_id]), f"right {right_id}"
    move(ALIAS, CONVERSION_RIGHT, rows, to=RightState.ENDED, by=by, subject=subject, persons=0)


def _held(by: Actor) -> Permission:
    confirms = by.may(Permission.LINKAGE_RIGHT_CONFIRM)
    return Permission.LINKAGE_RIGHT_CONFIRM if confirms else Permission.LINKAGE_RIGHT_DECLARE
