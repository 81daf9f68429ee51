"""権限の設定: the administrator sets what the section asked for (PIA III.3 「設定作業は、システム管理者が行う」)."""

from __future__ import annotations

from collections.abc import Sequence

from todoke.access import grants
from todoke.access.models import GrantState
from todoke.access.permissions import Actor, Permission, require


def set_grant(*, grant_ids: Sequence[int], by: Actor) -> int:
    """Set requested rights; all or none; returns how many. They still do not count.

    Errors: SAME_PERSON (who asked for it, or whose right it is), STATE_CONFLICT (not requested, or too long ago).
    """
    require(by, Permission.ACCESS_GRANT_SET)
    return grants.advance(grant_ids, GrantState.REQUESTED, GrantState.SET, Permission.ACCESS_GRANT_SET, by)
