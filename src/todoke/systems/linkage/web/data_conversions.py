"""データ変換の一覧: every file whose character set or form was converted for an existing system, and what would have been lost."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import lists
from todoke.access.guard import screen
from todoke.access.permissions import Permission
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.linkage.flows import FileState
from todoke.systems.linkage.models import ExchangedFile
from todoke.systems.linkage.queries import file_lists
from todoke.systems.linkage.rules import file_kinds

READ: Final = Permission.LINKAGE_FILE_READ
LEAD: Final = (
    "既存業務システムのファイルの文字集合と形式を変換した処理です。変換先にない字が一つでもあれば、そのファイル全体を止め、"
    "字のある場所をすべて示します。字を黙って失うことはありません。"
)


def _ends(row: ExchangedFile) -> tuple[str, str]:
    ours, theirs = "UTF-8 CSV", f"{row.queue.charset} {row.queue.form}"
    return (theirs, ours) if row.direction == "in" else (ours, theirs)


COLUMNS: Final = [
    Column[ExchangedFile](
        key="name", title="ファイル", value=lambda row: row.file_name, heads_row=True,
        cell=lambda row: make_link(reverse("linkage-files-file", args=[row.pk]), row.file_name),
    ),
    Column[ExchangedFile](key="system", title="システム", value=lambda row: row.queue.system.title),
    Column[ExchangedFile](key="kind", title="種類", value=lambda row: file_kinds.title(row.direction, row.queue.kind)),
    Column[ExchangedFile](key="from", title="変換元", value=lambda row: _ends(row)[0]),
    Column[ExchangedFile](key="to", title="変換先", value=lambda row: _ends(row)[1]),
    Column[ExchangedFile](key="state", title="状態", value=lambda row: FileState(row.state).label),
    Column[ExchangedFile](key="records", title="件数", value=lambda row: row.records, kind=Kind.NUMBER),
    Column[ExchangedFile](
        key="done", title="変換済", kind=Kind.NUMBER,
        value=lambda row: row.processed if row.direction == "in" else row.records,
    ),
    Column[ExchangedFile](key="lost", title="変換先にない字", value=lambda row: row.lost, kind=Kind.NUMBER),  # type: ignore[attr-defined]
    Column[ExchangedFile](key="at", title="到着・作成", value=lambda row: row.arrived_at, kind=Kind.MOMENT),
]  # fmt: skip


@screen(READ)
def listed(request: HttpRequest) -> HttpResponse:
    """データ変換の一覧, newest first."""
    table = Table(
        caption="データ変換の一覧", columns=COLUMNS, rows=file_lists.converted(), query=request.GET,
        empty="データ変換はまだありません。",
    )  # fmt: skip
    return lists.listing(
        request, table, permission=READ, heading="データ変換", file="data_conversions", lead=LEAD,
        crumbs=[("ホーム", "/"), ("ファイル連携", reverse("linkage-files")), ("データ変換", "")],
    )  # fmt: skip
