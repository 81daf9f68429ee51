"""照会送付ファイル and 他市転入者出力ファイル of an order, with hash and counts."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from todoke.access.guard import screen
from todoke.access.permissions import Permission
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip
from todoke.systems.inquiry import queries
from todoke.systems.inquiry.models import AnswerFile, RequestFile
from todoke.systems.inquiry.web import orders

_REQUESTS = [
    Column[RequestFile](key="number", title="番号", value=lambda row: row.number, kind=Kind.NUMBER, heads_row=True),
    Column[RequestFile](key="name", title="ファイル", value=lambda row: Path(row.path).name if row.path else ""),
    Column[RequestFile](key="kind", title="照会", value=lambda row: f"{'一次' if row.round == 1 else '二次'}{'・再照会' if row.again else ''}"),
    Column[RequestFile](key="records", title="件数", value=lambda row: row.records, kind=Kind.NUMBER),
    Column[RequestFile](
        key="state", title="状態", value=lambda row: _request_state(row)[0],
        cell=lambda row: make_chip(*_request_state(row)),
    ),
    Column[RequestFile](key="at", title="送付", value=lambda row: row.submitted_at, kind=Kind.MOMENT),
    Column[RequestFile](key="by", title="職員ID", value=lambda row: row.submitted_by or row.planned_by, kind=Kind.CODE),
    Column[RequestFile](key="sha256", title="ハッシュ値（SHA-256）", value=lambda row: row.sha256, kind=Kind.CODE),
]  # fmt: skip
_ANSWERS = [
    Column[AnswerFile](key="name", title="ファイル", value=lambda row: Path(row.path).name, heads_row=True),
    Column[AnswerFile](key="edition", title="版", value=lambda row: row.edition, kind=Kind.NUMBER),
    Column[AnswerFile](key="records", title="件数", value=lambda row: row.records, kind=Kind.NUMBER),
    Column[AnswerFile](key="at", title="作成", value=lambda row: row.written_at, kind=Kind.MOMENT),
    Column[AnswerFile](key="by", title="職員ID", value=lambda row: row.written_by, kind=Kind.CODE),
    Column[AnswerFile](key="sha256", title="ハッシュ値（SHA-256）", value=lambda row: row.sha256, kind=Kind.CODE),
]  # fmt: skip


def _request_state(row: RequestFile) -> tuple[str, str]:
    if row.submitted_at:
        return "送付済み", "good"
    return ("作成済み・未送付", "warn") if row.sha256 else ("割付済み・未作成", "wait")


@screen(Permission.INQUIRY_READ)
def files(request: HttpRequest, order_id: str) -> HttpResponse:
    """Both kinds of files; a newer edition of the answers replaces all files of the one before."""
    orders.one(order_id)
    answers = AnswerFile.objects.using(orders.ALIAS).filter(order_id=order_id).order_by("-edition", "number")
    context = {
        "requests": Table(
            caption="照会送付ファイル", columns=_REQUESTS, rows=queries.files_of(order_id), per_page=500
        ),
        "answers": Table(
            caption="他市転入者出力ファイル", columns=_ANSWERS, rows=list(answers), per_page=500
        ),
        "crumbs": [
            orders.HOME,
            orders.ORDERS,
            (order_id, reverse("inquiry-order", args=[order_id])),
            ("ファイル", ""),
        ],
    }
    return render(request, "inquiry/files.html", context)
