"""一覧表 (Table): one list of columns drives the table on the screen, its order, and its export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from todoke.kernel.clock import JAPAN, wareki

Row = TypeVar("Row")
PER_PAGE = 50


class Kind(Enum):
    """What a column holds: decides its alignment here and its cell type in a spreadsheet."""

    TEXT = "text"
    CODE = "code"  # digits that are a name: kept as text everywhere
    NUMBER = "number"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True, kw_only=True)
class Column(Generic[Row]):
    """One column. `value` is what is sorted and exported, `cell` what the screen shows instead (a chip, a link)."""

    key: str
    title: str
    value: Callable[[Row], Any]
    kind: Kind = Kind.TEXT
    cell: Callable[[Row], SafeString | str] | None = None
    heads_row: bool = False
    sortable: bool = True
    exported: bool = True

    def shown(self, row: Row) -> SafeString | str:
        """The cell on the screen."""
        return self.cell(row) if self.cell else show(self.value(row), self.kind)


@dataclass(frozen=True, kw_only=True)
class Head:
    """A column's header: where a click sorts, and how it is sorted now (`ascending`, `descending` or nothing)."""

    title: str
    kind: str
    href: str = ""
    sorted: str = ""


@dataclass(frozen=True, kw_only=True)
class Cell:
    content: SafeString | str
    kind: str
    heads_row: bool


@dataclass(kw_only=True)
class Table(Generic[Row]):
    """A table of a page: `rows` in their own order unless the address says `sort=key` or `sort=-key`."""

    caption: str
    columns: Sequence[Column[Row]]
    rows: Sequence[Row]
    query: QueryDict = field(default_factory=QueryDict)
    empty: str = "該当するものはありません。"
    per_page: int = PER_PAGE
    exports: Sequence[tuple[str, str]] = ()
    """(title, address) of every form in which the table may be taken away."""

    @cached_property
    def sorted_by(self) -> tuple[Column[Row] | None, bool]:
        """The column asked for, and whether downwards; an unknown name is ignored."""
        wish = self.query.get("sort", "")
        key = wish.removeprefix("-")
        column = next((each for each in self.columns if each.key == key and each.sortable), None)
        return column, wish.startswith("-")

    @cached_property
    def ordered(self) -> Sequence[Row]:
        """All rows, in the order asked for; missing values stand last either way."""
        column, downwards = self.sorted_by
        if column is None:
            return self.rows
        value = column.value
        present = sorted(
            (row for row in self.rows if value(row) not in (None, "")), key=value, reverse=downwards
        )
        return [*present, *(row for row in self.rows if value(row) in (None, ""))]

    @cached_property
    def page(self) -> Page[Row]:
        """The rows of the page asked for by `page=n`; the nearest one for a number that is none."""
        return Paginator(self.ordered, self.per_page).get_page(self.query.get("page"))

    @property
    def pages(self) -> list[int | str]:
        """Page numbers to offer, with … for those left out."""
        paginator = self.page.paginator
        return list(paginator.get_elided_page_range(self.page.number, on_each_side=2, on_ends=1))

    @property
    def heads(self) -> list[Head]:
        current, downwards = self.sorted_by
        return [
            Head(
                title=column.title,
                kind=column.kind.value,
                href=self._sort_link(column, downwards=column is current and not downwards),
                sorted=("descending" if downwards else "ascending") if column is current else "",
            )
            for column in self.columns
        ]

    def _sort_link(self, column: Column[Row], *, downwards: bool) -> str:
        if not column.sortable or len(self.rows) < 2:
            return ""
        query = self.query.copy()
        query["sort"] = f"-{column.key}" if downwards else column.key
        query.pop("page", None)
        return f"?{query.urlencode()}"

    @property
    def body(self) -> Iterator[list[Cell]]:
        """The page's rows, as cells ready to print."""
        for row in self.page:
            yield [
                Cell(content=column.shown(row), kind=column.kind.value, heads_row=column.heads_row)
                for column in self.columns
            ]


def show(value: object, kind: Kind) -> SafeString | str:
    """A value as the screen shows it; － where there is none."""
    if value is None or value == "":
        return "－"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if kind is Kind.NUMBER and isinstance(value, int):
        return f"{value:,}"
    if kind is Kind.CODE:
        return format_html('<span class="code">{}</span>', value)
    return str(value)


def day(value: date) -> SafeString:
    """令和3年12月10日, with the machine's own form beside it."""
    return format_html('<time class="nowrap" datetime="{}">{}</time>', value.isoformat(), wareki(value))


def moment(value: datetime) -> SafeString:
    """令和3年12月10日 09:05:03, in Japan."""
    local = value.astimezone(JAPAN)
    return format_html(
        '<time class="nowrap" datetime="{}">{} {}</time>',
        local.isoformat(timespec="seconds"),
        wareki(local.date()),
        local.strftime("%H:%M:%S"),
    )
