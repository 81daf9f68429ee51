"""手順2: the bad rows of a refused file, by column and rule."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from todoke.access import lists
from todoke.access.guard import screen
from todoke.pages.tables import Column, Kind, Table
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.systems.benefits.web.imports.listing import READ, in_words
from todoke.systems.benefits.web.imports.steps import context

LISTED: Final = 10_000
FAULTS: Final = [
    Column[dict[str, Any]](
        key="row", title="行", value=lambda row: row["row"], kind=Kind.NUMBER, heads_row=True
    ),
    Column[dict[str, Any]](key="column", title="列（見出し）", value=lambda row: row["column"]),
    Column[dict[str, Any]](key="shown", title="値（伏せて表示）", value=lambda row: row["shown"]),
    Column[dict[str, Any]](key="rule", title="規則", value=lambda row: row["rule"]),
]
GROUPS: Final = [
    Column[dict[str, Any]](key="column", title="列（見出し）", value=lambda row: row["column"], heads_row=True, sortable=False),
    Column[dict[str, Any]](key="rule", title="規則", value=lambda row: row["rule"], sortable=False),
    Column[dict[str, Any]](key="count", title="件数", value=lambda row: row["count"], kind=Kind.NUMBER, sortable=False),
    Column[dict[str, Any]](key="first", title="最初の行", value=lambda row: row["first"], kind=Kind.NUMBER, sortable=False),
    Column[dict[str, Any]](key="last", title="最後の行", value=lambda row: row["last"], kind=Kind.NUMBER, sortable=False),
]  # fmt: skip


@screen(READ)
def rows(request: HttpRequest, import_id: int) -> HttpResponse:
    """手順2: every bad row by column and rule, with the file's own row numbers (the header is row 1)."""
    row = reads.one(import_id)
    count, found = reads.faults(row, limit=LISTED)
    table = Table(
        caption="誤りのある箇所",
        columns=FAULTS,
        rows=in_words(row, found),
        query=request.GET,
        empty="誤りはありません。",
    )
    groups = Table(
        caption="誤りのまとめ",
        columns=GROUPS,
        rows=in_words(row, reads.fault_groups(row)),
        empty="誤りはありません。",
    )
    page = context(row, 2, "行の検査")
    heading = page.pop("heading")
    return lists.listing(
        request, table, permission=READ, heading=heading, file=f"import_{row.pk}_faults",
        template="benefits/imports/rows.html", groups=groups, more_faults=max(0, count - len(found)), **page,
    )  # fmt: skip
