"""手順4: what differs from the edition in use — counts, columns, and the list of persons with what stood and stands there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, overload

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from todoke.access.guard import actor_of, screen
from todoke.kernel.clock import wareki
from todoke.oplog.record import record
from todoke.pages.tables import PER_PAGE, Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.benefits.models import FileImport
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.systems.benefits.rules.articles.forming import SpecialKind
from todoke.systems.benefits.rules.imports import differences, reading
from todoke.systems.benefits.rules.imports.differences import Change
from todoke.systems.benefits.rules.imports.kinds import KINDS, ImportKind
from todoke.systems.benefits.web.imports.forms import DifferenceFilter
from todoke.systems.benefits.web.imports.listing import READ
from todoke.systems.benefits.web.imports.steps import context, counts, share

Row = dict[str, Any]
ALIAS: Final = "benefits"
TONES: Final = {Change.ADDED: "good", Change.CHANGED: "wait", Change.REMOVED: "warn"}
HIDDEN: Final = "（支援措置のため表示しません）"


class Listed(Sequence[Row]):
    """A list of which only one page is read, shaped as the table wants it."""

    def __init__(self, total: int, offset: int, rows: list[Row]) -> None:
        self._total, self._offset, self._rows = total, offset, rows

    def __len__(self) -> int:
        return self._total

    @overload
    def __getitem__(self, wanted: int) -> Row: ...
    @overload
    def __getitem__(self, wanted: slice) -> list[Row]: ...
    def __getitem__(self, wanted: int | slice) -> Row | list[Row]:
        if isinstance(wanted, slice):
            start = (wanted.start or 0) - self._offset
            return self._rows[start : start + PER_PAGE]
        return self._rows[wanted - self._offset]


def page_number(request: HttpRequest) -> int:
    """The page asked for, from 1; 1 for what is no number."""
    asked = request.GET.get("page", "1")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1


@screen(READ)
def listed(request: HttpRequest, import_id: int) -> HttpResponse:
    """The page; how many persons it showed stands in the log."""
    row = reads.one(import_id)
    kind = ImportKind(row.kind)
    labels = {column.name: column.label for column in reading.LAYOUTS[kind].columns}
    by_column = _by_column(row, labels)
    form = DifferenceFilter(
        request.GET if {"change", "column", "code"} & set(request.GET) else None,
        columns=[(name, label) for name, label, _ in by_column],
        adds=KINDS[kind].adds,
        of_persons=KINDS[kind].of_persons,
    )
    wish = form.cleaned_data if form.is_valid() else {}
    asked = {name: wish.get(name, "") for name in ("change", "column", "code")}
    offset = (page_number(request) - 1) * PER_PAGE
    found = reads.difference_page(row, **asked, offset=offset, limit=PER_PAGE)
    if not found.rows and found.total:
        offset = (found.total - 1) // PER_PAGE * PER_PAGE
        found = reads.difference_page(row, **asked, offset=offset, limit=PER_PAGE)
    shielded = frozenset[str]()
    if kind not in reads.REGISTERS and not KINDS[kind].adds and KINDS[kind].of_persons:
        shielded = reads.protected(line["resident_code"] for line in found.rows)
    record(
        ALIAS,
        by=actor_of(request),
        verb=READ.value,
        subject=f"import {row.pk} differences",
        persons=len(found.rows),
    )
    page = context(row, 4, "使用中の版との違い") | {
        "counts": counts(row),
        "share": share(row),
        "first_edition": not row.before_sha256 and not KINDS[kind].adds,
        "filter": form,
        "columns": Table(caption="変わった項目（変更の内訳）", columns=BY_COLUMN, rows=by_column, empty="変更はありません。"),
        "table": Table(
            caption="違いの一覧", columns=_columns(kind, labels, shielded),
            rows=Listed(found.total, offset, found.rows), query=request.GET, empty="該当するものはありません。",
        ),
    }  # fmt: skip
    return render(request, "benefits/imports/differences.html", page, status=422 if form.errors else 200)


def _by_column(row: FileImport, labels: dict[str, str]) -> list[tuple[str, str, int]]:
    if not row.changed or not Path(row.differences_path).is_file():
        return []
    return [
        (name, labels.get(name, name), count)
        for name, count in differences.by_column(Path(row.differences_path))
    ]


BY_COLUMN: Final = [
    Column[tuple[str, str, int]](
        key="label", title="項目", value=lambda row: row[1], heads_row=True, sortable=False
    ),
    Column[tuple[str, str, int]](
        key="count", title="件数", value=lambda row: row[2], kind=Kind.NUMBER, sortable=False
    ),
]


def _columns(kind: ImportKind, labels: dict[str, str], shielded: frozenset[str]) -> list[Column[Row]]:
    keys = [
        Column[Row](
            key=name, title=labels.get(name, "世帯コード"), kind=Kind.CODE, heads_row=place == 0, sortable=False,
            value=lambda row, name=name: _plain(row[name]),  # type: ignore[misc]
        )
        for place, name in enumerate(KINDS[kind].key)
    ]  # fmt: skip
    change = Column[Row](
        key="change", title="違い", value=lambda row: Change(row["change"]).label, sortable=False,
        cell=lambda row: make_chip(Change(row["change"]).label, TONES.get(Change(row["change"]), "warn")),
    )  # fmt: skip
    if KINDS[kind].adds:
        number = Column[Row](
            key="row",
            title="ファイルの行",
            value=lambda row: row["source_row"],
            kind=Kind.NUMBER,
            sortable=False,
        )
        return [*keys, number, change]
    what = Column[Row](
        key="what", title="変わった項目（前 → 後）", sortable=False,
        value=lambda row: "、".join(labels.get(name, name) for name in row["columns"]),
        cell=lambda row: _before_after(row, labels, hidden=_hidden(row, shielded)),
    )  # fmt: skip
    return [*keys, change, what]


def _hidden(row: Row, shielded: frozenset[str]) -> bool:
    """Protected before, after, or in a register, or an evacuee: of such a person only the names of the columns are shown."""
    known = row.get("resident_code") in shielded or row.get("kind") == SpecialKind.EVACUEE
    return known or any(row[side].get("protected") for side in ("old", "new"))


def _before_after(row: Row, labels: dict[str, str], *, hidden: bool) -> SafeString | str:
    if not row["columns"]:
        return "－"
    if hidden:
        named = "、".join(labels.get(name, name) for name in row["columns"])
        return format_html("{} {}", named, HIDDEN)
    return format_html_join(
        "",
        "<div>{}：{} → <strong>{}</strong></div>",
        (
            (labels.get(name, name), _plain(row["old"].get(name)), _plain(row["new"].get(name)))
            for name in row["columns"]
        ),
    )


def _plain(value: object) -> str:
    if value is None or value == "":
        return "（空欄）"
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, date):
        return wareki(value)
    return f"{value:,}" if isinstance(value, int) else str(value)
