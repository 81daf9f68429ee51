"""Routes, menu entries and home cards of 税情報一括照会."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry, under
from todoke.systems.inquiry.web import acts, files, orders, originals, rows, subjects

urlpatterns: Final[list[URLPattern]] = [
    path("inquiry", orders.orders, name="inquiry-orders"),
    path("inquiry/<str:order_id>", orders.order, name="inquiry-order"),
    path("inquiry/<str:order_id>/rows", rows.rows, name="inquiry-rows"),
    path("inquiry/<str:order_id>/reask", acts.reask, name="inquiry-reask"),
    path("inquiry/<str:order_id>/expire", acts.expire, name="inquiry-expire"),
    path("inquiry/<str:order_id>/files", files.files, name="inquiry-files"),
    path("inquiry/<str:order_id>/find", subjects.find, name="inquiry-find"),
    path("inquiry/<str:order_id>/subjects/<int:position>", subjects.subject, name="inquiry-subject"),
    path("inquiry/<str:order_id>/originals/<str:record_id>", originals.original, name="inquiry-original"),
]

MENU: Final[tuple[Entry, ...]] = under(
    "照会", Entry(route="inquiry-orders", title="税情報一括照会", below=("inquiry-",))
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = ()
