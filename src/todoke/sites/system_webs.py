"""The screens of the systems that a site runs, and of the assessment over them: each one's `web` package joins its routes, menu entries and home cards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, cast

from django.apps import apps
from django.urls import URLPattern

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.sites.realms import SYSTEMS


class Web(Protocol):
    """What `systems/<name>/web/urls.py` holds."""

    urlpatterns: Sequence[URLPattern]
    MENU: tuple[Entry, ...]
    CARDS: tuple[Callable[[Actor], Iterable[Card]], ...]
    """Each gives the cards that wait for this person; it asks for the permission itself."""


@cache
def webs() -> tuple[Web, ...]:
    """Of every system installed here that has screens, in the order of the realms."""
    names = [*(f"todoke.systems.{system}" for system in SYSTEMS), "todoke.assurance"]
    installed = [name for name in names if apps.is_installed(name)]
    return tuple(cast("Web", import_module(f"{name}.web.urls")) for name in installed if _has_screens(name))


def _has_screens(name: str) -> bool:
    return find_spec(f"{name}.web") is not None and find_spec(f"{name}.web.urls") is not None


def urlpatterns() -> list[URLPattern]:
    """Their routes."""
    return [pattern for web in webs() for pattern in web.urlpatterns]


def menu() -> tuple[Entry, ...]:
    """Their entries in the menu."""
    return tuple(entry for web in webs() for entry in web.MENU)


def cards(actor: Actor) -> list[Card]:
    """今日の仕事 of this person in the systems."""
    return [card for web in webs() for waiting in web.CARDS for card in waiting(actor)]
