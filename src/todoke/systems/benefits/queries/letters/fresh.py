"""The newest register, if it is young enough for letters."""

from __future__ import annotations

from todoke.contracts.residents import SnapshotRef
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.queries.payments.paying import latest_register
from todoke.systems.benefits.rules.letters import freshness
from todoke.systems.benefits.rules.payments.office import PayingOffice


def fresh_register(office: PayingOffice) -> SnapshotRef:
    """The newest register, its file checked; REGISTER_OLD when nothing may be printed or sent from it any more."""
    register = latest_register()
    old = freshness.stale(as_of=register.as_of, sealed_at=register.sealed_at, now=clock.now(), office=office)
    if old:
        raise TodokeError(ErrorCode.REGISTER_OLD, detail=old)
    return register
