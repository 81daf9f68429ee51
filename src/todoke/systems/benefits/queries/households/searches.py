"""検索の控え: a searcher's own last searches, and which registers the search looks into."""

from __future__ import annotations

import uuid
from typing import Final

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits.models import Register, Search

ALIAS = "benefits"
_RECENT: Final = 8


def mine(staff_id: str) -> list[Search]:
    """The newest searches of a member of staff, each text once."""
    newest = Search.objects.using(ALIAS).filter(staff_id=staff_id).order_by("-at")[: 4 * _RECENT]
    return list({one.words: one for one in reversed(newest)}.values())[::-1][:_RECENT]


def last_purpose(staff_id: str) -> str:
    """The purpose of the newest search; empty before the first."""
    newest = Search.objects.using(ALIAS).filter(staff_id=staff_id).order_by("-at").first()
    return newest.purpose if newest else ""


def behind(handle: uuid.UUID, staff_id: str) -> Search:
    """The search under this handle; NOT_FOUND for anybody but the searcher."""
    found = Search.objects.using(ALIAS).filter(handle=handle, staff_id=staff_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="この検索")
    return found


def registers() -> list[Register]:
    """The registers that are kept, the one of the base date first."""
    return list(Register.objects.using(ALIAS).order_by("side"))
