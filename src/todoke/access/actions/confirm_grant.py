"""権限の確認: the section confirms what the administrator set (PIA III.3 「設定変更の結果は、事務所管課の確認を受ける」)."""

from __future__ import annotations

from collections.abc import Sequence

from todoke.access import grants
from todoke.access.models import GrantState
from todoke.access.permissions import Actor, Permission, require


def confirm_grant(*, grant_ids: Sequence[int], by: Actor) -> int:
    """Confirm rights that were set; all or none; returns how many. From now on they count, within their dates.

    Errors: SAME_PERSON (who asked, who set, or whose right it is), STATE_CONFLICT (not set, or too long ago).
    """
    require(by, Permission.ACCESS_GRANT_CONFIRM)
    return grants.advance(
        grant_ids, GrantState.SET, GrantState.CONFIRMED, Permission.ACCESS_GRANT_CONFIRM, by
    )
