"""Routes, menu entry and home card of the notices' last day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.benefits.web.notices import closing

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/notices", closing.listed, name="benefits-notices"),
    path("benefits/notices/<slug:code>/close", closing.close, name="benefits-notices-close"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(route="benefits-notices", title="お知らせの期限", below=("benefits-notices",)),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (closing.cards,)
