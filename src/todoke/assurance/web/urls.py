"""Routes, menu entries and home cards of the assessment (評価書の措置)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.assurance.disclosure.web import urls as disclosure
from todoke.assurance.web import board, promise
from todoke.pages.shell import Card, Entry, under

_PROMISE: Final = "assurance/promises/<str:promise_id>"

urlpatterns: Final[list[URLPattern]] = [
    *disclosure.urlpatterns,
    path("assurance", board.board, name="assurance-board"),
    path("assurance/check", board.check, name="assurance-check"),
    path(_PROMISE, promise.promise, name="assurance-promise"),
    path(f"{_PROMISE}/confirm", promise.confirm, name="assurance-confirm"),
    path(f"{_PROMISE}/audit/<int:number>", promise.audit, name="assurance-audit"),
]

MENU: Final[tuple[Entry, ...]] = (
    *disclosure.MENU,
    *under(
        "保護評価",
        Entry(
            route="assurance-board",
            title=board.TITLE,
            below=("assurance-check", "assurance-promise", "assurance-confirm", "assurance-audit"),
        ),
    ),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (*disclosure.CARDS, board.cards)
