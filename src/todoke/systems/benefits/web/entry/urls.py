"""Routes and menu entry of 転記."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from todoke.pages.shell import Entry
from todoke.systems.benefits.web.entry import keying

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/entries", keying.start, name="benefits-entries"),
    path("benefits/entries/next", keying.following, name="benefits-entry-next"),
    path("benefits/entries/<int:paper_id>", keying.one, name="benefits-entry"),
    path(
        "benefits/entries/<int:paper_id>/pictures/<int:page>", keying.picture, name="benefits-entry-picture"
    ),
    path(
        "benefits/entries/<int:paper_id>/pictures/new", keying.add_picture, name="benefits-entry-picture-new"
    ),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(route="benefits-entries", title="様式の入力", below=("benefits-entry",)),
)
