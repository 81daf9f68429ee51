"""Routes and menu entry of the figures."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from todoke.pages.shell import Entry
from todoke.systems.benefits.web.dashboards import forecast, overview, places, wards

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/figures", overview.dashboard, name="benefits-dashboard"),
    path("benefits/figures/wards", wards.wards, name="benefits-wards"),
    path("benefits/figures/places", places.places, name="benefits-places"),
    path("benefits/figures/forecast", forecast.expected, name="benefits-forecast"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(
        route="benefits-dashboard",
        title="給付の集計",
        below=("benefits-wards", "benefits-places", "benefits-forecast"),
    ),
)
