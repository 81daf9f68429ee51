"""Routes, menu entries and home cards of the assessment (評価書の措置)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern

from todoke.access.permissions import Actor
from todoke.assurance.disclosure.web import urls as disclosure
from todoke.pages.shell import Card, Entry

urlpatterns: Final[list[URLPattern]] = [*disclosure.urlpatterns]

MENU: Final[tuple[Entry, ...]] = (*disclosure.MENU,)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (*disclosure.CARDS,)
