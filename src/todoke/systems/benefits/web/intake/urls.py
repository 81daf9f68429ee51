"""Routes and menu entries of the intake of forms."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from todoke.pages.shell import Entry
from todoke.systems.benefits.web.intake import scanning

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/intake", scanning.start, name="benefits-scan-start"),
    path("benefits/intake/scan", scanning.scan, name="benefits-scan"),
    path("benefits/intake/undo", scanning.undo, name="benefits-scan-undo"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(
        route="benefits-scan-start",
        title="連続スキャン受付",
        below=("benefits-scan", "benefits-scan-undo"),
    ),
)
