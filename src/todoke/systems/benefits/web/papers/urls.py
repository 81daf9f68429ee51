"""Routes and menu entries of the register of paper."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from todoke.pages.shell import Entry
from todoke.systems.benefits.web.papers import boxes, register

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/papers", register.papers, name="benefits-papers"),
    path("benefits/papers/find", register.find, name="benefits-paper-find"),
    path("benefits/papers/<int:paper_id>", register.paper, name="benefits-paper"),
    path("benefits/papers/<int:paper_id>/box", register.into_box, name="benefits-paper-box"),
    path("benefits/papers/<int:paper_id>/send", register.send, name="benefits-paper-send"),
    path("benefits/boxes", boxes.boxes, name="benefits-boxes"),
    path("benefits/boxes/<int:box_id>", boxes.box, name="benefits-box"),
    path("benefits/boxes/<int:box_id>/dispose", boxes.propose, name="benefits-disposal-propose"),
    path("benefits/disposals", boxes.disposals, name="benefits-disposals"),
    path("benefits/disposals/<int:disposal_id>", boxes.approve, name="benefits-disposal-approve"),
    path("benefits/disposals/<int:disposal_id>/withdraw", boxes.withdraw, name="benefits-disposal-withdraw"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(
        route="benefits-papers",
        title="文書台帳",
        below=(
            "benefits-paper-find",
            "benefits-paper",
            "benefits-paper-box",
            "benefits-paper-send",
            "benefits-boxes",
            "benefits-box",
            "benefits-disposal-propose",
            "benefits-disposals",
            "benefits-disposal-approve",
            "benefits-disposal-withdraw",
        ),
    ),
)
