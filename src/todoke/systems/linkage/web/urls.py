"""Routes, menu entries and home cards of 統合番号連携システム."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.linkage.web import consistency, registration_files, registration_steps, registrations

_ASKED, _DIFFERENCE = "linkage/registrations/<str:request_id>", "linkage/differences/<int:difference_id>"

urlpatterns: Final[list[URLPattern]] = [
    path("linkage/registrations", registrations.listed, name="linkage-registrations"),
    path("linkage/registrations/new", registration_steps.new, name="linkage-registration-new"),
    path("linkage/registrations/file", registration_files.from_file, name="linkage-registration-file"),
    path(
        "linkage/registrations/file/<str:sha>/confirm",
        registration_files.confirm_file,
        name="linkage-registrations-confirm",
    ),
    path(_ASKED, registrations.one, name="linkage-registration"),
    path(f"{_ASKED}/search", registration_steps.search, name="linkage-registration-search"),
    path(f"{_ASKED}/choose", registration_steps.choose, name="linkage-registration-choose"),
    path(f"{_ASKED}/confirm", registration_steps.confirm, name="linkage-registration-confirm"),
    path(f"{_ASKED}/reject", registration_steps.reject, name="linkage-registration-reject"),
    path(f"{_ASKED}/withdraw", registration_steps.withdraw, name="linkage-registration-withdraw"),
    path("linkage/consistency", consistency.runs, name="linkage-consistency"),
    path("linkage/differences", consistency.differences, name="linkage-differences"),
    path(_DIFFERENCE, consistency.one, name="linkage-difference"),
    path(f"{_DIFFERENCE}/take-over", consistency.take, name="linkage-difference-take-over"),
    path(f"{_DIFFERENCE}/keep", consistency.keep, name="linkage-difference-keep"),
    path(f"{_DIFFERENCE}/confirm", consistency.confirm, name="linkage-difference-confirm"),
    path(f"{_DIFFERENCE}/return", consistency.give_back, name="linkage-difference-return"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(route="linkage-registrations", title="住登外者の登録", below=("linkage-registration",)),
    Entry(route="linkage-consistency", title="住基ネットとの整合性", below=("linkage-difference",)),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (
    registrations.waiting_cards,
    consistency.waiting_cards,
)
