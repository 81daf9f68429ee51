"""Routes, menu entries and home cards of 審査 and 承認."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.benefits.web.examination import examining

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/examinations", examining.start, name="benefits-examinations"),
    path("benefits/examinations/<slug:code>/next", examining.following, name="benefits-examination-next"),
    path("benefits/examinations/<int:case_id>", examining.one, name="benefits-examination"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(route="benefits-examinations", title="審査", below=("benefits-examination",)),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (examining.cards,)
