"""Routes and menu entries of returned mail and of letters that wait for an answer."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from todoke.pages.shell import Entry
from todoke.systems.benefits.web.returns import queue, scanning

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/returns", queue.listed, name="benefits-returns"),
    path("benefits/returns/start", scanning.start, name="benefits-return-start"),
    path("benefits/returns/scan", scanning.scan, name="benefits-return-scan"),
    path("benefits/returns/undo", scanning.undo, name="benefits-return-undo"),
    path("benefits/returns/<int:returned_id>/resend", queue.resend, name="benefits-return-resend"),
    path("benefits/deadlines", queue.deadlines, name="benefits-deadlines"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(
        route="benefits-returns",
        title="返戻",
        below=(
            "benefits-return-start",
            "benefits-return-scan",
            "benefits-return-undo",
            "benefits-return-resend",
            "benefits-deadlines",
        ),
    ),
)
