"""Routes, menu entry and home cards of the imports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.benefits.web.imports import (
    deciding,
    differing,
    faults,
    listing,
    standing,
    steps,
    uploading,
)

_ONE = "benefits/imports/<int:import_id>"

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/imports", listing.listed, name="benefits-imports"),
    path("benefits/imports/new", uploading.new, name="benefits-import-new"),
    path("benefits/imports/lacking", standing.lacking, name="benefits-import-lacking"),
    path("benefits/imports/lacking/list", standing.lacking_list, name="benefits-import-lacking-list"),
    path("benefits/imports/limits", standing.limits, name="benefits-import-limits"),
    path("benefits/imports/limits/<str:kind>", standing.limit, name="benefits-import-limit"),
    path(_ONE, steps.one, name="benefits-import"),
    path(f"{_ONE}/rows", faults.rows, name="benefits-import-rows"),
    path(f"{_ONE}/contents", steps.contents, name="benefits-import-contents"),
    path(f"{_ONE}/differences", differing.listed, name="benefits-import-differences"),
    path(f"{_ONE}/propose", deciding.propose, name="benefits-import-propose"),
    path(f"{_ONE}/confirm", deciding.confirm, name="benefits-import-confirm"),
    path(f"{_ONE}/cancel", deciding.cancel, name="benefits-import-cancel"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(route="benefits-imports", title="ファイルの取込", below=("benefits-import",)),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (listing.cards,)
