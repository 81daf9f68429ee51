"""Routes, menu entries and home card of the call centre."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.benefits.web.calls import calls

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/calls", calls.box, name="benefits-calls"),
    path("benefits/calls/new", calls.begin, name="benefits-call-new"),
    path("benefits/calls/<int:call_id>", calls.one, name="benefits-call"),
    path("benefits/calls/<int:call_id>/note", calls.note, name="benefits-call-note"),
    path("benefits/callbacks", calls.callbacks, name="benefits-callbacks"),
    path("benefits/callbacks/<int:note_id>", calls.callback, name="benefits-callback"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(route="benefits-call-new", title="電話の応対", below=("benefits-call",), leads_to="benefits-calls"),
    Entry(route="benefits-callbacks", title="折り返し", below=("benefits-callback",)),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (calls.cards,)
