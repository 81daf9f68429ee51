"""Routes, menu entries and home cards of the assessment (評価書の措置)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.apps import apps
from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.assurance.disclosure.web import urls as disclosure
from todoke.assurance.web import board, clauses, incidents, media, promise, sheets
from todoke.pages.shell import Card, Entry, under

_PROMISE: Final = "assurance/promises/<str:promise_id>"
_SHEET: Final = "assurance/sheets/<int:number>"
_CONTRACT: Final = "assurance/contracts/<path:number>"  # a contract's number may have a slash
_MEDIUM: Final = "assurance/media/<int:number>"
_INCIDENT: Final = "assurance/incidents/<int:number>"

_EDITIONS: Final[list[URLPattern]] = []
_EDITIONS_ENTRY: Final[list[Entry]] = []
if apps.is_installed("todoke.systems.benefits"):
    from todoke.assurance.web import edition_urls

    _EDITIONS.extend(edition_urls.urlpatterns)
    _EDITIONS_ENTRY.append(edition_urls.ENTRY)

urlpatterns: Final[list[URLPattern]] = [
    *disclosure.urlpatterns,
    path("assurance", board.board, name="assurance-board"),
    path("assurance/check", board.check, name="assurance-check"),
    path(_PROMISE, promise.promise, name="assurance-promise"),
    path(f"{_PROMISE}/confirm", promise.confirm, name="assurance-confirm"),
    path(f"{_PROMISE}/audit/<int:number>", promise.audit, name="assurance-audit"),
    path("assurance/sheets", sheets.listed, name="assurance-sheets"),
    path("assurance/sheets/new", sheets.new, name="assurance-sheet-new"),
    path(_SHEET, sheets.sheet, name="assurance-sheet"),
    path(f"{_SHEET}/items/<int:question>", sheets.item, name="assurance-sheet-item"),
    path(f"{_SHEET}/close", sheets.close, name="assurance-sheet-close"),
    path("assurance/contracts", clauses.listed, name="assurance-clauses"),
    path(f"{_CONTRACT}/clauses", clauses.contract, name="assurance-contract"),
    path(f"{_CONTRACT}/note", clauses.note, name="assurance-contract-note"),
    path("assurance/media", media.listed, name="assurance-media"),
    path("assurance/media/new", media.new, name="assurance-medium-new"),
    path(_MEDIUM, media.medium, name="assurance-medium"),
    path(f"{_MEDIUM}/hand", media.hand, name="assurance-medium-hand"),
    path(f"{_MEDIUM}/receive", media.receive, name="assurance-medium-receive"),
    path(f"{_MEDIUM}/end", media.end, name="assurance-medium-end"),
    path(f"{_MEDIUM}/end/confirm", media.confirm, name="assurance-medium-confirm"),
    *_EDITIONS,
    path("assurance/accidents", incidents.accidents, name="assurance-accidents"),
    path("assurance/incidents", incidents.listed, name="assurance-incidents"),
    path("assurance/incidents/new", incidents.new, name="assurance-incident-new"),
    path(_INCIDENT, incidents.incident, name="assurance-incident"),
    path(f"{_INCIDENT}/steps/<str:key>", incidents.step, name="assurance-incident-step"),
    path(f"{_INCIDENT}/prevention", incidents.prevention, name="assurance-incident-prevention"),
    path(f"{_INCIDENT}/close", incidents.close, name="assurance-incident-close"),
    path(f"{_INCIDENT}/report", incidents.report, name="assurance-incident-report"),
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
        Entry(route="assurance-sheets", title=sheets.TITLE, below=("assurance-sheet",)),
        Entry(route="assurance-clauses", title=clauses.TITLE, below=("assurance-contract",)),
        Entry(route="assurance-media", title=media.TITLE, below=("assurance-medium",)),
        *_EDITIONS_ENTRY,
        Entry(
            route="assurance-incidents",
            title=incidents.TITLE,
            below=("assurance-incident", "assurance-accidents"),
        ),
    ),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (*disclosure.CARDS, board.cards, sheets.cards)
