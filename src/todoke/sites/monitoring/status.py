"""What a site is called, whether it lives, and how the steps of its systems are going. Counts only, no person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, JsonResponse, QueryDict

from todoke.access.guard import open_screen
from todoke.batch.models import StepRun, StepState
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.sites.realms import Realm

TITLES = {
    Realm.CITY: "横浜市（見本）のサイト",
    Realm.PLATFORM: "中間サーバー・プラットフォームのサイト",
    Realm.NATIONAL: "情報提供ネットワークシステムのサイト",
}
SYSTEM_TITLES = {
    "residents": "住民記録システム",
    "benefits": "給付管理システム",
    "inquiry": "税情報一括照会",
    "linkage": "統合番号連携システム",
    "intermediary": "自治体中間サーバー",
    "network": "情報提供ネットワークシステム",
    "directory": "職員名簿",
}

Step = dict[str, Any]
_STATES = {StepState.RUNNING: ("実行中または中断", "wait"), StepState.DONE: ("完了", "good")}


@open_screen("稼働の監視が使い、件数だけを返す")
def health(request: HttpRequest) -> JsonResponse:
    """Whether every database of this site answers (稼働状況)."""
    for alias in aliases():
        connections[alias].ensure_connection()
    return JsonResponse({"realm": settings.TODOKE_REALM, "databases": len(aliases())})


def aliases() -> list[str]:
    """Every database of this site."""
    return [alias for alias in connections if alias != "default"]


def known(alias: str) -> str:
    """The alias, if this site has that database; NOT_FOUND."""
    if alias not in aliases():
        raise TodokeError(ErrorCode.NOT_FOUND, what="データベース")
    return alias


def database_in_address(_: HttpRequest, kwargs: Mapping[str, object]) -> str:
    """Of a screen whose address names a database (`alias`): where its use is logged."""
    return known(str(kwargs["alias"]))


def system_title(alias: str) -> str:
    """The system's name, with the municipality where each has a database of its own."""
    system, _, part = alias.partition("_")
    return f"{SYSTEM_TITLES[system]} {part if part.isdigit() else ''}".strip()


COLUMNS = [
    Column[Step](key="system", title="システム", value=lambda row: row["system"]),
    Column[Step](key="title", title="処理", value=lambda row: row["title"], heads_row=True),
    Column[Step](
        key="state",
        title="状態",
        value=lambda row: StepState(row["state"]).label,
        cell=lambda row: make_chip(*_STATES[StepState(row["state"])]),
    ),
    Column[Step](key="taken", title="対象", value=lambda row: row["taken"], kind=Kind.NUMBER),
    Column[Step](key="accepted", title="処理済み", value=lambda row: row["accepted"], kind=Kind.NUMBER),
    Column[Step](key="refused", title="除外", value=lambda row: row["refused"], kind=Kind.NUMBER),
    Column[Step](key="started", title="開始", value=lambda row: row["started_at"], kind=Kind.MOMENT),
    Column[Step](key="finished", title="終了", value=lambda row: row["finished_at"], kind=Kind.MOMENT),
    Column[Step](key="attempts", title="回数", value=lambda row: row["attempts"], kind=Kind.NUMBER),
]


def steps(query: QueryDict) -> Table[Step]:
    """処理の状況: the steps of every system of this site, newest first, 50 of each system."""
    columns = ("title", "state", "taken", "accepted", "refused", "started_at", "finished_at", "attempts")
    found = [
        {**row, "system": system_title(alias)}
        for alias in aliases()
        for row in StepRun.objects.using(alias).order_by("-started_at").values(*columns)[:50]
    ]
    found.sort(key=lambda row: row["started_at"], reverse=True)
    return Table(
        caption="処理の状況",
        columns=COLUMNS,
        rows=found,
        query=query,
        per_page=20,
        empty="処理はまだありません。",
    )
