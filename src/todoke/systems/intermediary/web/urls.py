"""Routes, menu entries and home cards of 自治体中間サーバー. What is about a municipality has it in its address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.urls import URLPattern, path, reverse

from todoke.access.permissions import Actor, Permission
from todoke.pages.shell import Card, Entry, under
from todoke.systems.intermediary.queries import holding
from todoke.systems.intermediary.queries import records as record_reads
from todoke.systems.intermediary.web import (
    acts,
    batches,
    discrepancies,
    exchanges,
    held,
    overview,
    pauses,
    places,
    records,
    statistics,
)

_TOWN = "intermediary/<slug:municipality>"
_HELD = f"{_TOWN}/held/<slug:permit_id>"

urlpatterns: Final[list[URLPattern]] = [
    path("intermediary/held", held.towns, name="intermediary-held-towns"),
    path("intermediary/inquiries", exchanges.inquiry_towns, name="intermediary-inquiry-towns"),
    path("intermediary/towns", overview.towns, name="intermediary-towns"),
    path(f"{_TOWN}/state", overview.town, name="intermediary-town"),
    path("intermediary/batches", batches.towns, name="intermediary-batch-towns"),
    path(f"{_TOWN}/batches", batches.town, name="intermediary-batches"),
    path("intermediary/discrepancies", discrepancies.towns, name="intermediary-discrepancy-towns"),
    path(f"{_TOWN}/discrepancies", discrepancies.town, name="intermediary-discrepancies"),
    path(f"{_TOWN}/discrepancies/<slug:permit_id>", discrepancies.one, name="intermediary-discrepancy"),
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
    path("intermediary/records", records.towns, name="intermediary-record-towns"),
    path("intermediary/nondisclosures", records.judgement_towns, name="intermediary-nondisclosure-towns"),
    path("intermediary/figures", statistics.towns, name="intermediary-figure-towns"),
    path("intermediary/replicas", statistics.replica_towns, name="intermediary-replica-towns"),
    path("intermediary/pauses", pauses.towns, name="intermediary-pause-towns"),
    path(f"{_TOWN}/records", records.search, name="intermediary-records"),
    path(f"{_TOWN}/records/<int:number>", records.record, name="intermediary-record"),
    path(
        f"{_TOWN}/records/<int:number>/nondisclosure", records.propose, name="intermediary-nondisclosure-new"
    ),
    path(f"{_TOWN}/nondisclosures", records.judgements, name="intermediary-nondisclosures"),
    path(f"{_TOWN}/nondisclosures/<int:judgement>", records.judgement, name="intermediary-nondisclosure"),
    path(f"{_TOWN}/disclosure", records.disclosure, name="intermediary-disclosure"),
    path(f"{_TOWN}/figures", statistics.figures_of, name="intermediary-figures"),
    path(f"{_TOWN}/replicas", statistics.replicas, name="intermediary-replicas"),
    path(f"{_TOWN}/pause", pauses.pause, name="intermediary-pause"),
    path(f"{_TOWN}/resume", pauses.resume, name="intermediary-resume"),
]

MENU: Final[tuple[Entry, ...]] = under(
    "情報連携",
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
    Entry(route="intermediary-batch-towns", title="処理の状況", below=("intermediary-batch",)),
    Entry(route="intermediary-discrepancy-towns", title="記録の不一致", below=("intermediary-discrepanc",)),
    Entry(
        route="intermediary-record-towns",
        title="情報提供等記録",
        below=(
            "intermediary-record",
            "intermediary-records",
            "intermediary-disclosure",
            "intermediary-nondisclosure-new",
        ),
    ),
    Entry(
        route="intermediary-nondisclosure-towns", title="不開示の確認", below=("intermediary-nondisclosure",)
    ),
    Entry(route="intermediary-figure-towns", title="統計", below=("intermediary-figure",)),
    Entry(route="intermediary-replica-towns", title="副本の登録状況", below=("intermediary-replica",)),
    Entry(
        route="intermediary-pause-towns",
        title="計画停止",
        below=("intermediary-pause", "intermediary-resume"),
    ),
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


def _judgements(actor: Actor) -> Iterator[Card]:
    """Of each municipality that the person decides for."""
    for code in places.own(actor, Permission.INTERMEDIARY_RECORD_CONFIRM):
        waiting = record_reads.proposals(places.alias_of(code))
        url = reverse("intermediary-nondisclosures", args=[code])
        yield Card(title=f"確認を待つ不開示の判断（{code}）", count=len(waiting), link="確かめる", url=url)


CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (_held, _judgements)
