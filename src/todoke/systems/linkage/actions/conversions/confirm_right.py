"""番号変換の許可の確認 by a second person."""

from __future__ import annotations

from todoke.access.permissions import Actor, Permission, require
from todoke.systems.linkage.flows import CONVERSION_RIGHT, RightState
from todoke.workflow.runner import move, of

ALIAS = "linkage"


def confirm_right(*, right_id: int, by: Actor) -> None:
    """From now on the right counts, in its dates. Errors: SAME_PERSON; STATE_CONFLICT unless it waits for this."""
    require(by, Permission.LINKAGE_RIGHT_CONFIRM)
    rows, subject = of(CONVERSION_RIGHT, [right_id]), f"right {right_id}"
    move(ALIAS, CONVERSION_RIGHT, rows, to=RightState.CONFIRMED, by=by, subject=subject, persons=0)
