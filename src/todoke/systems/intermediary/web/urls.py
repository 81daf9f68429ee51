"""Routes, menu entries and home cards of 自治体中間サーバー. What is about a municipality has it in its address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.urls import URLPattern, path, reverse

from todoke.access.permissions import Actor, Permission
from todoke.pages.shell import Card, Entry
from todoke.systems.intermediary.queries import holding
from todoke.systems.intermediary.web import acts, exchanges, held, overview, places

_TOWN = "intermediary/<slug:municipality>"
_HELD = f"{_TOWN}/held/<slug:permit_id>"

urlpatterns: Final[list[URLPattern]] = [
    path("intermediary/held", held.towns, name="intermediary-held-towns"),
    path("intermediary/inquiries", exchanges.inquiry_towns, name="intermediary-inquiry-towns"),
    path("intermediary/towns", overview.towns, name="intermediary-towns"),
    path(f"{_TOWN}/state", overview.town, name="intermediary-town"),
    path(f"{_TOWN}/held", held.queue, name="intermediary-held"),
    path(f"{_TOWN}/refusals", acts.refuse, name="intermediary-held-refuse"),
    path(_HELD, held.one, name="intermediary-held-one"),
    path(f"{_HELD}/contact", acts.contact, name="intermediary-held-contact"),
    path(f"{_HELD}/propose", acts.propose, name="intermediary-held-propose"),
    path(f"{_HELD}/confirm", acts.confirm, name="intermediary-held-confirm"),
    path(f"{_HELD}/renew", acts.renew, name="intermediary-held-renew"),
    path(f"{_TOWN}/provisions", exchanges.provisions, name="intermediary-provisions"),
    path(f"{_TOWN}/inquiries", exchanges.inquiries, name="intermediary-inquiries"),
    path(f"{_TOWN}/inquiries/<str:record_id>", exchanges.inquiry, name="intermediary-inquiry"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(
        route="intermediary-held-towns",
        title="提供の確認",
        below=("intermediary-held", "intermediary-provisions"),
    ),
    Entry(
        route="intermediary-inquiry-towns",
        title="情報照会の状況",
        below=("intermediary-inquiries", "intermediary-inquiry"),
    ),
    Entry(route="intermediary-towns", title="団体の状況", below=("intermediary-town",)),
)


def _held(actor: Actor) -> Iterator[Card]:
    """Of each municipality that the person decides for: what waits, and what waits too long."""
    for code in places.own(actor, Permission.INTERMEDIARY_HELD_READ):
        counted, url = holding.queue(places.alias_of(code)), reverse("intermediary-held", args=[code])
        yield Card(title=f"保留中の照会（{code}）", count=counted.held, link="確かめる", url=url)
        late = f"{url}?deadline=overdue"
        yield Card(
            title=f"期限を過ぎた保留（{code}）", count=counted.overdue, link="すぐに確かめる", url=late
        )


CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (_held,)
