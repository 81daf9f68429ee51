"""Routes, menu entries and home cards of programmes and their editions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.urls import URLPattern, path, reverse

from todoke.access.permissions import Actor, Permission
from todoke.pages.shell import Card, Entry
from todoke.systems.benefits.queries.editions import proposals as reads
from todoke.systems.benefits.web.programmes import editions, programmes, works

_EDITION: Final = "benefits/editions/<int:number>"

urlpatterns: Final[list[URLPattern]] = [
    path("benefits/programmes", programmes.programmes, name="benefits-programmes"),
    path("benefits/programmes/<slug:code>", programmes.programme, name="benefits-programme"),
    path("benefits/programmes/<slug:code>/edition", editions.new, name="benefits-edition-new"),
    path(_EDITION, editions.edition, name="benefits-edition"),
    path(f"{_EDITION}/households", editions.households, name="benefits-edition-households"),
    path(f"{_EDITION}/try", works.attempt, name="benefits-edition-try"),
    path(f"{_EDITION}/approve", editions.approve, name="benefits-edition-approve"),
    path(f"{_EDITION}/refuse", editions.refuse, name="benefits-edition-refuse"),
    path(f"{_EDITION}/withdraw", editions.withdraw, name="benefits-edition-withdraw"),
    path(f"{_EDITION}/judge", works.judge, name="benefits-edition-judge"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(
        route="benefits-programmes",
        title="事業と判定ルール",
        below=tuple(str(pattern.name) for pattern in urlpatterns[1:]),
    ),
)


def waiting(actor: Actor) -> Iterator[Card]:
    """改定の承認待ち."""
    if actor.may_somewhere(Permission.BENEFITS_PROGRAMME_APPROVE):
        mine = [row for row in reads.proposals().values() if row.proposed_by != actor.staff_id]
        if mine:
            yield Card(
                title="事業の改定の承認待ち",
                count=len(mine),
                link="確認する",
                url=reverse("benefits-programmes"),
            )
