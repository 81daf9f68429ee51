"""Who acts in these tests, and where."""

from __future__ import annotations

from todoke.access import directory
from todoke.access.factors.interface import Occasion, ProofContext
from todoke.access.permissions import Actor, Role
from todoke.oplog.who import Who

TERMINAL = "test-1"
ADMINISTRATOR = Actor(staff_id="adm", roles=frozenset({Role.ADMINISTRATOR}), terminal="admin-1")


def who(staff_id: str, *, terminal: str = TERMINAL) -> Who:
    return Who(staff_id=staff_id, organisation="14100", terminal=terminal)


def context(
    staff_id: str, *, terminal: str = TERMINAL, live: bool = False, step_up: bool = False
) -> ProofContext:
    occasion = Occasion.STEP_UP if step_up else Occasion.SIGN_IN
    return ProofContext(
        directory=directory.alias(), who=who(staff_id, terminal=terminal), occasion=occasion, live=live
    )
