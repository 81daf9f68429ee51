"""Routes, menu entries and home cards of 統合番号連携システム."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.urls import URLPattern, path, reverse

from todoke.access.permissions import Actor, Permission
from todoke.pages.shell import Card, Entry, under
from todoke.systems.linkage.queries import codes as code_reads
from todoke.systems.linkage.queries.corrections import open_corrections
from todoke.systems.linkage.web import (
    codes,
    comparisons,
    consistency,
    conversions,
    corrections,
    data_conversions,
    files,
    intermediary,
    persons,
    registration_files,
    registration_steps,
    registrations,
    replica_corrections,
    replicas,
    rights,
    singles,
)

_ASKED, _DIFFERENCE = "linkage/registrations/<str:request_id>", "linkage/differences/<int:difference_id>"

_CONVERSION = "linkage/conversions/<str:job_id>"
_RIGHT = "linkage/conversion-rights/<int:right_id>"

urlpatterns: Final[list[URLPattern]] = [
    path("linkage/find", persons.find, name="linkage-find"),
    path("linkage/find/purpose", persons.purpose, name="linkage-find-purpose"),
    path("linkage/person/<uuid:handle>", persons.person, name="linkage-person"),
    path("linkage/person/<uuid:handle>/merge", corrections.merge, name="linkage-merge"),
    path("linkage/person/<uuid:handle>/split", corrections.split, name="linkage-split"),
    path("linkage/person/<uuid:handle>/number", corrections.number_change, name="linkage-number-change"),
    path("linkage/corrections", corrections.corrections, name="linkage-corrections"),
    path("linkage/corrections/<int:correction_id>", corrections.correction, name="linkage-correction"),
    path(
        "linkage/corrections/<int:correction_id>/confirm",
        corrections.confirm,
        name="linkage-correction-confirm",
    ),
    path(
        "linkage/corrections/<int:correction_id>/refuse",
        corrections.refuse,
        name="linkage-correction-refuse",
    ),
    path(
        "linkage/corrections/<int:correction_id>/withdraw",
        corrections.withdraw,
        name="linkage-correction-withdraw",
    ),
    path("linkage/codes", codes.monitor, name="linkage-codes"),
    path("linkage/codes/list", codes.persons, name="linkage-codes-list"),
    path("linkage/codes/again", codes.again, name="linkage-codes-again"),
    path("linkage/codes/run", codes.run, name="linkage-codes-run"),
    path("linkage/intermediary", intermediary.state, name="linkage-intermediary"),
    path("linkage/intermediary/check", intermediary.check, name="linkage-intermediary-check"),
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
    path("linkage/conversions", conversions.listed, name="linkage-conversions"),
    path("linkage/conversions/new", conversions.new, name="linkage-conversion-new"),
    path(_CONVERSION, conversions.one, name="linkage-conversion"),
    path(f"{_CONVERSION}/answer", conversions.download, name="linkage-conversion-answer"),
    path("linkage/conversion-rights", rights.listed, name="linkage-rights"),
    path("linkage/conversion-rights/new", rights.new, name="linkage-right-new"),
    path(_RIGHT, rights.one, name="linkage-right"),
    path(f"{_RIGHT}/confirm", rights.confirm, name="linkage-right-confirm"),
    path(f"{_RIGHT}/end", rights.end, name="linkage-right-end"),
    path("linkage/files/conversions", data_conversions.listed, name="linkage-files-conversions"),
    path("linkage/files", files.queues, name="linkage-files"),
    path("linkage/files/queue/<int:queue_id>", files.queue, name="linkage-files-queue"),
    path("linkage/files/queue/<int:queue_id>/stop", files.stop, name="linkage-files-stop"),
    path("linkage/files/queue/<int:queue_id>/resume", files.resume, name="linkage-files-resume"),
    path("linkage/files/<int:file_id>", files.file, name="linkage-files-file"),
    path("linkage/files/<int:file_id>/repeat", files.repeat, name="linkage-files-repeat"),
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

MENU: Final[tuple[Entry, ...]] = under(
    "統合番号連携",
    Entry(route="linkage-registrations", title="住登外者の登録", below=("linkage-registration",)),
    Entry(route="linkage-consistency", title="住基ネットとの整合性", below=("linkage-difference",)),
    Entry(
        route="linkage-find",
        title="番号検索",
        below=("linkage-person", "linkage-find", "linkage-merge", "linkage-split", "linkage-number"),
        leads_to="linkage-find-purpose",
    ),
    Entry(route="linkage-corrections", title="番号の訂正", below=("linkage-correction",)),
    Entry(route="linkage-codes", title="符号の取得状況", below=("linkage-codes",)),
    Entry(route="linkage-intermediary", title="中間サーバー", below=("linkage-intermediary",)),
    Entry(route="linkage-conversions", title="番号変換", below=("linkage-conversion",)),
    Entry(route="linkage-rights", title="番号変換の許可", below=("linkage-right",)),
    Entry(route="linkage-files", title="ファイル連携", below=("linkage-files",)),
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


def _failed_codes(actor: Actor) -> Iterator[Card]:
    """Acquisitions that wait for somebody's decision."""
    if actor.may_somewhere(Permission.LINKAGE_OPERATE):
        counted = code_reads.counts()
        waiting = sum(counted.by_reason.values()) + counted.stuck
        yield Card(
            title="符号の取得エラー・未着", count=waiting, link="確かめる", url=reverse("linkage-codes")
        )


def _waiting(actor: Actor) -> Iterable[Card]:
    if actor.may_somewhere(Permission.LINKAGE_CORRECTION_CONFIRM):
        yield Card(
            title="確認を待つ番号の訂正",
            count=len(open_corrections()),
            link="番号の訂正を見る",
            url=reverse("linkage-corrections"),
        )


CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (
    registrations.waiting_cards,
    consistency.waiting_cards,
    _failed_codes,
    files.cards,
    replicas.cards,
    replica_corrections.cards,
    _waiting,
)
