"""Routes, menu entry and home card of the mailings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.benefits.web.mailings import listing, printing, steps

_ONE: Final = "benefits/mailings/<int:mailing_id>"

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/prints", printing.works, name="benefits-prints"),
    path("benefits/prints/<int:work_id>", printing.one, name="benefits-print"),
    path("benefits/prints/<slug:code>/<slug:kind>/new", printing.new, name="benefits-print-new"),
    path(f"{_ONE}/reprint", printing.reprint, name="benefits-mailing-reprint"),
    path("benefits/mailings", listing.listed, name="benefits-mailings"),
    path("benefits/mailings/<slug:code>/new", steps.hand, name="benefits-mailing-new"),
    path(_ONE, listing.one, name="benefits-mailing"),
    path(f"{_ONE}/count", steps.count, name="benefits-mailing-count"),
    path(f"{_ONE}/match", steps.match, name="benefits-mailing-match"),
    path(f"{_ONE}/pulls", listing.pulls, name="benefits-mailing-pulls"),
    path(f"{_ONE}/confirm", steps.confirm, name="benefits-mailing-confirm"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(route="benefits-prints", title="印刷", below=("benefits-print", "benefits-print-new")),
    Entry(
        route="benefits-mailings",
        title="発送",
        below=(
            "benefits-mailing-new",
            "benefits-mailing",
            "benefits-mailing-count",
            "benefits-mailing-match",
            "benefits-mailing-pulls",
            "benefits-mailing-confirm",
            "benefits-mailing-reprint",
        ),
    ),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (listing.cards,)
