"""取込の確認: whoever checked totals and differences says: take this one."""

from __future__ import annotations

from todoke.access.permissions import Actor, Permission, require
from todoke.systems.benefits.flows import IMPORT, ImportState
from todoke.workflow.runner import move, of

ALIAS = "benefits"


def propose_file(*, import_id: int, by: Actor) -> None:
    """From now on it waits for a second person, or may be taken when little changes. STATE_CONFLICT unless it is checked."""
    require(by, Permission.BENEFITS_IMPORT)
    rows = of(IMPORT, [import_id])
    move(
        ALIAS, IMPORT, rows, to=ImportState.PROPOSED, by=by, subject=f"import {import_id} proposed", persons=0
    )
