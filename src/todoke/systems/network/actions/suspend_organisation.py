"""機関の停止: at once and by one person; no permit from or to it, and its entries die at every provider within minutes."""

from __future__ import annotations

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.network.flows import ORGANISATION, OrganisationState
from todoke.systems.network.needs import ALIAS
from todoke.workflow.runner import Rows, move


def suspend_organisation(*, organisation: str, reason: str, by: Actor) -> None:
    """Errors: RECORD_INVALID without a reason, STATE_CONFLICT when it is not registered or suspended already."""
    require(by, Permission.NETWORK_ORGANISATION_SUSPEND)
    if not reason.strip():
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="理由がありません")
    rows = Rows(
        where="r.organisation = %(organisation)s AND r.state IN ('registered', 'suspended')",
        values={"organisation": organisation},
        expected=1,
    )
    move(
        ALIAS, ORGANISATION, rows, to=OrganisationState.SUSPENDED, by=by, subject=organisation, persons=0,
        also={"reason": reason.strip()},
    )  # fmt: skip
