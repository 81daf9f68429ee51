"""Routes, menu entries and home cards of 統合番号連携システム."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.linkage.web import conversions

_CONVERSION = "linkage/conversions/<str:job_id>"

urlpatterns: Final[list[URLPattern]] = [
    path("linkage/conversions", conversions.listed, name="linkage-conversions"),
    path("linkage/conversions/new", conversions.new, name="linkage-conversion-new"),
    path(_CONVERSION, conversions.one, name="linkage-conversion"),
    path(f"{_CONVERSION}/answer", conversions.download, name="linkage-conversion-answer"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(route="linkage-conversions", title="番号変換", below=("linkage-conversion",)),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = ()
