"""Routes, menu entries and home cards of 統合番号連携システム."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.urls import URLPattern, path, reverse

from todoke.access.permissions import Actor, Permission
from todoke.pages.shell import Card, Entry
from todoke.systems.linkage.queries import codes as code_reads
from todoke.systems.linkage.queries.corrections import open_corrections
from todoke.systems.linkage.web import codes, conversions, corrections, files, intermediary, persons

_CONVERSION = "linkage/conversions/<str:job_id>"

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
    path("linkage/conversions", conversions.listed, name="linkage-conversions"),
    path("linkage/conversions/new", conversions.new, name="linkage-conversion-new"),
    path(_CONVERSION, conversions.one, name="linkage-conversion"),
    path(f"{_CONVERSION}/answer", conversions.download, name="linkage-conversion-answer"),
    path("linkage/files", files.queues, name="linkage-files"),
    path("linkage/files/queue/<int:queue_id>", files.queue, name="linkage-files-queue"),
    path("linkage/files/queue/<int:queue_id>/stop", files.stop, name="linkage-files-stop"),
    path("linkage/files/queue/<int:queue_id>/resume", files.resume, name="linkage-files-resume"),
    path("linkage/files/<int:file_id>", files.file, name="linkage-files-file"),
    path("linkage/files/<int:file_id>/repeat", files.repeat, name="linkage-files-repeat"),
]

MENU: Final[tuple[Entry, ...]] = (
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
    Entry(route="linkage-files", title="ファイル連携", below=("linkage-files",)),
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


CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (_failed_codes, files.cards, _waiting)
