"""Routes and menu entries of the pages about one household's decision, and of the lists that lead there."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from todoke.pages.shell import Entry
from todoke.systems.benefits.web.cases import find, lists, why

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/find", find.find, name="benefits-find"),
    path("benefits/cases", lists.cases, name="benefits-cases"),
    path("benefits/cases/<int:case_id>", why.case, name="benefits-case"),
    path("benefits/judged", lists.judged, name="benefits-judged"),
    path("benefits/missing", lists.missing, name="benefits-missing"),
    path("benefits/decisions/<int:decision_id>", why.why, name="benefits-why"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(
        route="benefits-find",
        title="世帯の判定",
        below=("benefits-find", "benefits-case", "benefits-judged", "benefits-missing", "benefits-why"),
    ),
)
