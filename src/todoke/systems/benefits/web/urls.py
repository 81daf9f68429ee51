"""Routes, menu entries and home cards of 給付管理システム."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.benefits.web.cases import find, household, lists
from todoke.systems.benefits.web.dashboards import forecast, overview, places, wards

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/figures", overview.dashboard, name="benefits-dashboard"),
    path("benefits/figures/wards", wards.wards, name="benefits-wards"),
    path("benefits/figures/places", places.places, name="benefits-places"),
    path("benefits/figures/forecast", forecast.expected, name="benefits-forecast"),
    path("benefits/find", find.find, name="benefits-find"),
    path("benefits/cases", lists.cases, name="benefits-cases"),
    path("benefits/cases/<int:case_id>", household.case, name="benefits-case"),
    path("benefits/judged", lists.judged, name="benefits-judged"),
    path("benefits/missing", lists.missing, name="benefits-missing"),
    path("benefits/decisions/<int:decision_id>", household.why, name="benefits-why"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(
        route="benefits-dashboard",
        title="給付の集計",
        below=("benefits-dashboard", "benefits-wards", "benefits-places", "benefits-forecast"),
    ),
    Entry(
        route="benefits-find",
        title="世帯の判定",
        below=("benefits-find", "benefits-case", "benefits-judged", "benefits-missing", "benefits-why"),
    ),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = ()
