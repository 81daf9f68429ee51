"""記録の不一致の処置: an operator has found out why two records differ, and says so."""

from __future__ import annotations

from collections.abc import Sequence

from todoke.access.permissions import Actor, Permission, require
from todoke.systems.network.flows import DISCREPANCY, DiscrepancyState
from todoke.systems.network.needs import ALIAS
from todoke.workflow.runner import move, of


def settle_discrepancies(*, ids: Sequence[int], reason: str, by: Actor) -> int:
    """Close open discrepancies with the reason; all or none. Records are never changed by it.

    Errors: STATE_CONFLICT when any is not open, RECORD_INVALID without a reason.
    """
    require(by, Permission.NETWORK_SETTLE)
    rows = of(DISCREPANCY, ids)
    return move(
        ALIAS, DISCREPANCY, rows, to=DiscrepancyState.SETTLED, by=by, reason=reason, persons=len(set(ids))
    )
