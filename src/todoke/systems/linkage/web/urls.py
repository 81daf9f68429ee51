"""Routes, menu entries and home cards of 統合番号連携システム."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from django.urls import URLPattern, path

from todoke.access.permissions import Actor
from todoke.pages.shell import Card, Entry
from todoke.systems.linkage.web import files

urlpatterns: Final[list[URLPattern]] = [
    path("linkage/files/", files.queues, name="linkage-files"),
    path("linkage/files/queue/<int:queue_id>/", files.queue, name="linkage-files-queue"),
    path("linkage/files/queue/<int:queue_id>/stop/", files.stop, name="linkage-files-stop"),
    path("linkage/files/queue/<int:queue_id>/resume/", files.resume, name="linkage-files-resume"),
    path("linkage/files/<int:file_id>/", files.file, name="linkage-files-file"),
    path("linkage/files/<int:file_id>/repeat/", files.repeat, name="linkage-files-repeat"),
]

MENU: Final[tuple[Entry, ...]] = (
    Entry(route="linkage-files", title="ファイル連携", below=("linkage-files",)),
)

CARDS: Final[tuple[Callable[[Actor], Iterable[Card]], ...]] = (files.cards,)
