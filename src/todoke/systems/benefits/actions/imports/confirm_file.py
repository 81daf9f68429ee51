"""取込の二人目の確認: somebody who neither handed the file in nor proposed it."""

from __future__ import annotations

from todoke.access.permissions import Actor, Permission, require
from todoke.systems.benefits.flows import IMPORT, ImportState
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def confirm_file(*, import_id: int, by: Actor) -> None:
    """From now on it may be taken. Errors: SAME_PERSON; STATE_CONFLICT unless it waits for this."""
    require(by, Permission.BENEFITS_IMPORT_CONFIRM)
    rows = of(IMPORT, [import_id])
    move(
        ALIAS,
        IMPORT,
        rows,
        to=ImportState.CONFIRMED,
        by=by,
        subject=f"import {import_id} confirmed",
        persons=0,
    )
