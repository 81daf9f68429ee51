"""Routes and menu entries of the search and of the household page."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from todoke.pages.shell import Entry
from todoke.systems.benefits.web.households import certifying, household, requesting, search

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/search", search.box, name="benefits-search-box"),
    path("benefits/search/words", search.ask, name="benefits-search"),
    path("benefits/search/<uuid:handle>", search.found, name="benefits-found"),
    path("benefits/households/<int:person>", household.household, name="benefits-household"),
    path("benefits/households/<int:person>/contact", household.contact, name="benefits-contact"),
    path("benefits/households/<int:person>/certificate", certifying.certificate, name="benefits-certificate"),
    path("benefits/households/<int:person>/request", requesting.request_number, name="benefits-request"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(
        route="benefits-search",
        title="世帯・住民の検索",
        below=(
            "benefits-search-box",
            "benefits-found",
            "benefits-household",
            "benefits-contact",
            "benefits-certificate",
            "benefits-request",
        ),
        leads_to="benefits-search-box",
    ),
)
