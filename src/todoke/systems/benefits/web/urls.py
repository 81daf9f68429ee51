"""Routes, menu entries and home cards of 給付管理システム; each subject brings its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry, under
from todoke.systems.benefits.web.aftermath import urls as aftermath
from todoke.systems.benefits.web.calls import urls as calls
from todoke.systems.benefits.web.cases import urls as cases
from todoke.systems.benefits.web.dashboards import urls as dashboards
from todoke.systems.benefits.web.entry import urls as entry
from todoke.systems.benefits.web.examination import urls as examination
from todoke.systems.benefits.web.households import urls as households
from todoke.systems.benefits.web.imports import urls as imports
from todoke.systems.benefits.web.intake import urls as intake
from todoke.systems.benefits.web.mailings import urls as mailings
from todoke.systems.benefits.web.notices import urls as notices
from todoke.systems.benefits.web.papers import urls as papers
from todoke.systems.benefits.web.payments import urls as payments
from todoke.systems.benefits.web.programmes import urls as programmes
from todoke.systems.benefits.web.protected import urls as protected
from todoke.systems.benefits.web.returns import urls as returns

urlpatterns: Final[list[URLPattern]] = [
    *households.urlpatterns,
    *cases.urlpatterns,
    *dashboards.urlpatterns,
    *programmes.urlpatterns,
    *payments.urlpatterns,
    *imports.urlpatterns,
    *mailings.urlpatterns,
    *protected.urlpatterns,
    *returns.urlpatterns,
    *intake.urlpatterns,
    *entry.urlpatterns,
    *examination.urlpatterns,
    *notices.urlpatterns,
    *papers.urlpatterns,
    *calls.urlpatterns,
    *aftermath.urlpatterns,
]

MENU: Final[tuple[Entry, ...]] = (
    *under("世帯と判定", *households.MENU, *cases.MENU, *dashboards.MENU, *programmes.MENU),
    *under("支払", *payments.MENU),
    *under(
        "資料と様式",
        *imports.MENU,
        *mailings.MENU,
        *protected.MENU,
        *returns.MENU,
        *intake.MENU,
        *entry.MENU,
        *examination.MENU,
        *notices.MENU,
        *papers.MENU,
    ),
    *under("問い合わせ", *calls.MENU),
    *under("支払の後", *aftermath.MENU),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (
    *imports.CARDS,
    *notices.CARDS,
    programmes.waiting,
    *examination.CARDS,
    *payments.CARDS,
    *mailings.CARDS,
    *protected.CARDS,
    *calls.CARDS,
    *aftermath.CARDS,
)
