"""照会の依頼: the list of orders, and the workbench of one — the matrix per municipality with its sums."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access import lists
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.pages import tables
from todoke.pages.tables import Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.inquiry import jobs, queries
from todoke.systems.inquiry.models import Order
from todoke.systems.inquiry.queries import Row
from todoke.systems.inquiry.rules.failures import failure
from todoke.systems.inquiry.rules.matrix_columns import Column, Completeness
from todoke.systems.inquiry.web import naming

ALIAS = "inquiry"
HOME = ("ホーム", "/")
ORDERS = ("税情報一括照会", "/inquiry")


class Standing(NamedTuple):
    """An order and whether its questions are all there."""

    order: Order
    sums: Completeness


COLUMNS = [
    tables.Column[Standing](
        key="order",
        title="依頼番号",
        value=lambda row: row.order.order_id,
        cell=lambda row: make_link(reverse("inquiry-order", args=[row.order.order_id]), row.order.order_id),
        heads_row=True,
    ),
    tables.Column[Standing](key="at", title="依頼", value=lambda row: row.order.ordered_at, kind=Kind.MOMENT),
    tables.Column[Standing](key="asked", title="照会", value=lambda row: row.sums.asked, kind=Kind.NUMBER),
    tables.Column[Standing](
        key="answered", title="回答", value=lambda row: row.sums.answered, kind=Kind.NUMBER
    ),
    tables.Column[Standing](
        key="failed", title="エラー", value=lambda row: row.sums.failed, kind=Kind.NUMBER
    ),
    tables.Column[Standing](
        key="waiting", title="待ち", value=lambda row: row.sums.waiting, kind=Kind.NUMBER
    ),
    tables.Column[Standing](
        key="complete",
        title="件数の確認",
        value=lambda row: "一致" if row.sums.holds else "不一致",
        cell=lambda row: make_chip("一致", "good") if row.sums.holds else make_chip("不一致", "fail"),
    ),
]


@screen(Permission.INQUIRY_READ)
def orders(request: HttpRequest) -> HttpResponse:
    """Every order, newest first."""
    found = list(Order.objects.using(ALIAS).order_by("-ordered_at"))
    sums = queries.completeness(*(order.order_id for order in found))
    table = Table(
        caption="照会の依頼",
        columns=COLUMNS,
        rows=[Standing(order, sums[order.order_id]) for order in found],
        query=request.GET,
        empty="照会の依頼はありません。給付管理システムが依頼すると、ここに現れます。",
    )
    return lists.listing(
        request,
        table,
        permission=Permission.INQUIRY_READ,
        heading="税情報一括照会",
        file="照会の依頼",
        lead="他市町村への課税情報の照会を、依頼ごとに件数で示します。",
        crumbs=[HOME, ("税情報一括照会", "")],
    )


@screen(Permission.INQUIRY_READ, live=True)
def order(request: HttpRequest, order_id: str) -> HttpResponse:
    """照会状況表 of an order: numbers that lead to their rows, sums, and the check that nobody is missing."""
    row = one(order_id)
    sums, matrix = queries.completeness(order_id)[order_id], queries.matrix(order_id)
    running = matrix.total.counts[Column.WAITING] > 0
    context = {
        "order": row,
        "sums": sums,
        "running": running,
        "done": sums.answered + sums.failed,
        "titles": [title for title, _ in naming.COLUMNS.values()],
        "rows": [_line(order_id, line) for line in matrix.rows],
        "total": _line(order_id, matrix.total),
        "errors": _errors(order_id),
        "findings": [(naming.provider(found.provider), found) for found in queries.finding_counts(order_id)],
        "facts": _facts(row),
        "waiting": jobs.batches(order_id),
        "actions": _actions(request, order_id),
        "crumbs": [HOME, ORDERS, (order_id, "")],
    }
    return render(request, "inquiry/order.html", context)


def one(order_id: str) -> Order:
    """The order; NOT_FOUND when there is none."""
    found = Order.objects.using(ALIAS).filter(order_id=order_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="照会の依頼")
    return found


def rows_url(order_id: str, **wanted: str) -> str:
    """The list behind a number."""
    query = urlencode({name: value for name, value in wanted.items() if value})
    return f"{reverse('inquiry-rows', args=[order_id])}{'?' if query else ''}{query}"


class Line(NamedTuple):
    """One line of the matrix, ready to draw: (number, address) for each cell; the first is the sum of the states."""

    title: str
    cells: list[tuple[int, str]]


def _line(order_id: str, row: Row) -> Line:
    reached = [("", row.drafted), ("sent", row.sent), ("accepted", row.accepted)]
    standing = [(column.value, row.counts[column]) for column in naming.COLUMNS]
    cells = [
        (count, rows_url(order_id, provider=row.provider, stage=stage) if count else "")
        for stage, count in [*reached, *standing]
    ]
    return Line(naming.provider(row.provider) if row.provider else "計", cells)


def _errors(order_id: str) -> list[dict[str, Any]]:
    return [
        {
            "label": failure(word).label,
            "first": failure(word).first,
            "count": count,
            "url": rows_url(order_id, error=word),
        }
        for word, count in queries.error_counts(order_id).items()
    ]


def _facts(row: Order) -> list[tuple[str, object]]:
    persons = row.asked + row.abroad + row.unreachable
    return [
        ("依頼", tables.moment(row.ordered_at)),
        (
            "対象者",
            f"{persons:,} 人 = 照会する {row.asked:,} + 国外からの転入 {row.abroad:,} + 照会できない {row.unreachable:,}",
        ),
    ]


def _actions(request: HttpRequest, order_id: str) -> list[tuple[str, str]]:
    offered = [
        (Permission.INQUIRY_REASK, "失敗した照会だけを再照会", "inquiry-reask"),
        (Permission.INQUIRY_EXPIRE, "回答のない照会を期限切れにする", "inquiry-expire"),
        (Permission.INQUIRY_READ, "ファイル", "inquiry-files"),
        (Permission.INQUIRY_SUBJECT_READ, "対象者を見る", "inquiry-find"),
    ]
    actor = actor_of(request)
    return [
        (title, reverse(route, args=[order_id]))
        for need, title, route in offered
        if actor.may_somewhere(need)
    ]
