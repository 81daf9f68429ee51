"""Requests for registration as the screens list them: states and counts, no personal value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from todoke.engine import postgres
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage.models import Registration
from todoke.systems.linkage.models.registration import SEALED, TYPED

ALIAS = "linkage"
LISTED: Final = 5_000
_FILES = """
SELECT file_sha256, count(*) FROM linkage_registration
WHERE state = 'chosen' AND file_sha256 <> '' GROUP BY 1 ORDER BY min(requested_at)
"""
_OF_FILE = """
SELECT request_id, choice FROM linkage_registration
WHERE state = 'chosen' AND file_sha256 = %s AND file_sha256 <> '' ORDER BY file_row
"""
_REFUSALS: Final = {
    "already_linked": ("この業務固有番号は登録済みです", "番号の検索で登録内容を確かめてください。"),
    "open_request_differs": (
        "この業務固有番号には4情報の違う依頼が処理中です",
        "先の依頼を一覧で確かめ、取り下げるか完了してから依頼してください。",
    ),
}


def listed(wish: Mapping[str, str]) -> list[Registration]:
    """Requests under these conditions (`state`, `system`), newest first."""
    rows = Registration.objects.using(ALIAS).filter(**wish).defer(*TYPED, *SEALED)
    return list(rows.order_by("-requested_at", "file_row", "request_id")[:LISTED])


def state_counts() -> dict[str, int]:
    """How many requests stand in each state."""
    return dict(postgres.fetch(ALIAS, "SELECT state, count(*) FROM linkage_registration GROUP BY state"))


def files_waiting() -> list[tuple[str, int]]:
    """Files (by SHA-256) with requests that wait for confirmation, and how many."""
    return [(sha, count) for sha, count in postgres.fetch(ALIAS, _FILES)]


def waiting_of_file(sha: str) -> list[tuple[str, str]]:
    """Request id and choice of those that wait; NOT_FOUND without any."""
    rows = [(request_id, choice) for request_id, choice in postgres.fetch(ALIAS, _OF_FILE, [sha])]
    if not rows:
        raise TodokeError(ErrorCode.NOT_FOUND, what="確認待ちの依頼")
    return rows


def refuse_other_count(now: int, seen: int) -> None:
    """Whoever confirms many confirms as many as the page said."""
    if now != seen:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail=f"画面の {seen:,} 件から {now:,} 件に変わりました")


def refused(word: str) -> TodokeError:
    """The refusal of a request as the person at the screen reads it."""
    detail, todo = _REFUSALS[word]
    return TodokeError(ErrorCode.REGISTRATION_REFUSED, detail=detail, todo=todo)
