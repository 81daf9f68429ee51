"""The front page of a site: which systems stand here, and how its steps are going. Counts only, no person."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from todoke.access.guard import open_screen
from todoke.batch.models import StepRun
from todoke.sites.realms import Realm, systems_of

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


@open_screen("件数だけで、個人に関する情報を含まない")
def front_page(request: HttpRequest) -> HttpResponse:
    """処理の状況: the steps of every system of this site, newest first."""
    realm = Realm(settings.TODOKE_REALM)
    context = {
        "title": TITLES[realm],
        "systems": [SYSTEM_TITLES[system] for system in systems_of(realm)],
        "steps": _steps(),
    }
    return render(request, "sites/front_page.html", context)


@open_screen("稼働の監視が使い、件数だけを返す")
def health(request: HttpRequest) -> JsonResponse:
    """Whether every database of this site answers (稼働状況)."""
    for alias in _aliases():
        connections[alias].ensure_connection()
    return JsonResponse({"realm": settings.TODOKE_REALM, "databases": len(_aliases())})


def _aliases() -> list[str]:
    return [alias for alias in connections if alias != "default"]


def _system_title(alias: str) -> str:
    """The system's name, with the municipality where each has a database of its own."""
    system, _, part = alias.partition("_")
    return f"{SYSTEM_TITLES[system]} {part if part.isdigit() else ''}".strip()


def _steps() -> list[dict[str, Any]]:
    columns = ("title", "state", "taken", "accepted", "refused", "started_at", "finished_at", "attempts")
    found = [
        {**row, "system": _system_title(alias)}
        for alias in _aliases()
        for row in StepRun.objects.using(alias).order_by("-started_at").values(*columns)[:50]
    ]
    return sorted(found, key=lambda row: row["started_at"], reverse=True)
