"""Routes, menu entries and home cards of 情報提供ネットワークシステム."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry, under
from todoke.systems.network.web import discrepancies, editions, organisations, traffic

_DRAFT = "network/lists/drafts/<int:number>"
_ORGANISATION = "network/organisations/proposals/<int:number>"

urlpatterns: Final[list[URLPattern]] = [
    path("network/traffic", traffic.overview, name="network-traffic"),
    path("network/refusals", traffic.refusals, name="network-refusals"),
    path("network/juki", traffic.juki, name="network-juki"),
    path("network/discrepancies", discrepancies.listed, name="network-discrepancies"),
    path("network/discrepancies/<slug:permit_id>", discrepancies.one, name="network-discrepancy"),
    path(
        "network/discrepancies/<int:number>/settle", discrepancies.settle, name="network-discrepancy-settle"
    ),
    path("network/lists", editions.overview, name="network-lists"),
    path("network/lists/entries", editions.entries, name="network-entries"),
    path("network/lists/entries/<int:number>/revoke", editions.revoke, name="network-entry-revoke"),
    path("network/lists/holders", editions.holders, name="network-holders"),
    path("network/lists/drafts/new", editions.draft_new, name="network-list-draft-new"),
    path(_DRAFT, editions.draft, name="network-list-draft"),
    path(f"{_DRAFT}/approve", editions.draft_approve, name="network-list-draft-approve"),
    path(f"{_DRAFT}/refuse", editions.draft_refuse, name="network-list-draft-refuse"),
    path("network/organisations", organisations.listed, name="network-organisations"),
    path("network/organisations/new", organisations.new, name="network-organisation-new"),
    path(f"{_ORGANISATION}/confirm", organisations.confirm, name="network-organisation-confirm"),
    path(f"{_ORGANISATION}/refuse", organisations.refuse, name="network-organisation-refuse"),
    path(
        "network/organisations/<str:organisation>/suspend",
        organisations.suspend,
        name="network-organisation-suspend",
    ),
]

MENU: Final[tuple[Entry, ...]] = under(
    "情報連携",
    Entry(route="network-traffic", title="通信量", below=("network-traffic",)),
    Entry(route="network-refusals", title="許可されなかった照会", below=("network-refusals",)),
    Entry(route="network-discrepancies", title="記録の不一致", below=("network-discrepanc",)),
    Entry(
        route="network-lists",
        title="照会許可照会リスト",
        below=("network-list", "network-entr", "network-holders"),
    ),
    Entry(route="network-organisations", title="機関", below=("network-organisation",)),
    Entry(route="network-juki", title="住基ネットの部分", below=("network-juki",)),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (
    discrepancies.cards,
    editions.cards,
    organisations.cards,
)
