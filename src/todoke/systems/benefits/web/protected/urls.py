"""Routes, menu entry and home card of letters to protected persons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.benefits.web.protected import letters

_ONE: Final = "benefits/protected-letters/<int:letter_number>"

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/protected-letters", letters.listed, name="benefits-protected-letters"),
    path("benefits/protected-letters/new", letters.new, name="benefits-protected-letter-new"),
    path("benefits/destinations/new", letters.destination, name="benefits-destination-new"),
    path(f"{_ONE}/post", letters.post, name="benefits-protected-letter-post"),
    path(f"{_ONE}/spoil", letters.spoil, name="benefits-protected-letter-spoil"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(
        route="benefits-protected-letters",
        title="支援措置の手紙",
        below=(
            "benefits-protected-letter-new",
            "benefits-destination-new",
            "benefits-protected-letter-post",
            "benefits-protected-letter-spoil",
        ),
    ),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (letters.cards,)
