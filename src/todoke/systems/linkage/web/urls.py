"""Routes, menu entries and home cards of 統合番号連携システム."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.linkage.web import comparisons, replica_corrections, replicas, singles

urlpatterns: Final[list[URLPattern]] = [
    path("linkage/queries", singles.my_queries, name="linkage-queries"),
    path("linkage/queries/new", singles.query_new, name="linkage-query-new"),
    path("linkage/queries/<str:record_id>", singles.query, name="linkage-query"),
    path("linkage/queries/<str:record_id>/answer", singles.query_answer, name="linkage-query-answer"),
    path("linkage/replicas", replicas.monitor, name="linkage-replicas"),
    path("linkage/replicas/upload", replicas.upload, name="linkage-replica-upload"),
    path("linkage/replicas/files/<int:number>", replicas.replica_file, name="linkage-replica-file"),
    path("linkage/replicas/comparisons", comparisons.comparisons, name="linkage-comparisons"),
    path("linkage/replicas/comparisons/new", comparisons.comparison_new, name="linkage-comparison-new"),
    path("linkage/replicas/comparisons/<int:number>", comparisons.comparison, name="linkage-comparison"),
    path(
        "linkage/replicas/comparisons/<int:number>/repair",
        comparisons.comparison_repair,
        name="linkage-comparison-repair",
    ),
    path("linkage/replicas/corrections", replica_corrections.corrections, name="linkage-replica-corrections"),
    path(
        "linkage/replicas/corrections/new",
        replica_corrections.correction_new,
        name="linkage-replica-correction-new",
    ),
    path(
        "linkage/replicas/confirmations",
        replica_corrections.to_confirm,
        name="linkage-replica-confirmations",
    ),
    path(
        "linkage/replicas/confirmations/<int:number>",
        replica_corrections.correction,
        name="linkage-replica-confirmation",
    ),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(route="linkage-queries", title="一人分の照会", below=("linkage-query",)),
    Entry(
        route="linkage-replicas",
        title="副本の登録",
        below=("linkage-replica-upload", "linkage-replica-file", "linkage-comparison"),
    ),
    Entry(route="linkage-replica-corrections", title="副本の訂正", below=("linkage-replica-correction",)),
    Entry(
        route="linkage-replica-confirmations", title="副本の訂正の確認", below=("linkage-replica-confirm",)
    ),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (replicas.cards, replica_corrections.cards)
