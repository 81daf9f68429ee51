"""課税の答えがない人, by ward and by name of the status; and 二人目の確認が要る割合, by kind."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import form_pages, lists
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Actor, Permission
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.pages.tables import PER_PAGE, Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.benefits.actions.imports.set_limit import set_limit
from todoke.systems.benefits.models import ImportLimit
from todoke.systems.benefits.queries.imports import standing as reads
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.imports import completeness
from todoke.systems.benefits.rules.imports.kinds import KINDS, ImportKind
from todoke.systems.benefits.web.imports.differing import Listed, page_number
from todoke.systems.benefits.web.imports.forms import LackingFilter, LimitForm
from todoke.systems.benefits.web.imports.listing import READ, crumbs

ALIAS: Final = "benefits"
LIMIT: Final = Permission.BENEFITS_IMPORT_LIMIT
Ward = dict[str, Any]


def _link(ward: Ward) -> str:
    url = f"{reverse('benefits-import-lacking-list')}?ward={ward['ward']}"
    return make_link(url, f"{ward['total']:,}") if ward["total"] else "0"


WARDS: Final = [
    Column[Ward](key="ward", title="区コード", value=lambda row: row["ward"], kind=Kind.CODE, heads_row=True),
    Column[Ward](key="persons", title="基準日の住民", value=lambda row: row["persons"], kind=Kind.NUMBER),
    Column[Ward](key="total", title="答えがない人", value=lambda row: row["total"], kind=Kind.NUMBER, cell=_link),
    *(
        Column[Ward](
            key=f"status{place}", title=status, kind=Kind.NUMBER,
            value=lambda row, status=status: row["lacking"].get(status, 0),  # type: ignore[misc]
        )
        for place, status in enumerate(completeness.UNKNOWN)
    ),
]  # fmt: skip
"""Counts alone: the list may be taken away as a file."""

PERSONS: Final = [
    Column[dict[str, Any]](key="code", title="住基個人コード", value=lambda row: row["resident_code"], kind=Kind.CODE, heads_row=True, sortable=False),
    Column[dict[str, Any]](key="ward", title="区コード", value=lambda row: row["ward_code"], kind=Kind.CODE, sortable=False),
    Column[dict[str, Any]](key="status", title="状態", value=lambda row: row["status"], sortable=False),
    Column[dict[str, Any]](key="moved", title="転入日", value=lambda row: row["moved_in_on"], kind=Kind.DAY, sortable=False),
]  # fmt: skip


@screen(READ)
def lacking(request: HttpRequest) -> HttpResponse:
    """課税情報の充足 by ward."""
    code = _programme(request)
    found = reads.standing(code)
    rows = completeness.by_ward(found) if found else []
    total, persons = sum(ward["total"] for ward in rows), sum(ward["persons"] for ward in rows)
    return lists.listing(
        request,
        Table(
            caption="区ごとの課税の答えがない人", columns=WARDS, rows=rows, query=request.GET,
            empty="住民記録（基準日と最新）がまだ取り込まれていません。",
        ),
        permission=READ, heading="課税の答えがない人", file="lacking", template="benefits/imports/lacking.html",
        lead="基準日の住民全員について、課税情報・付帯状況・照会の回答から課税の状態が分かるかを数えます。分からない人を非課税とはみなしません。",
        facts=[("事業", programmes.find(code).name), ("基準日の住民", f"{persons:,} 人"), ("答えがない人", f"{total:,} 人")],
        crumbs=crumbs(("課税の答えがない人", "")),
    )  # fmt: skip


@screen(READ)
def lacking_list(request: HttpRequest) -> HttpResponse:
    """Who they are; how many were shown stands in the log."""
    code, found = _programme(request), None
    form = LackingFilter(
        request.GET if {"ward", "status"} & set(request.GET) else None, statuses=completeness.UNKNOWN
    )
    wish = form.cleaned_data if form.is_valid() else {}
    offset = (page_number(request) - 1) * PER_PAGE
    total, rows = 0, list[dict[str, Any]]()
    found = reads.standing(code)
    if found is not None:
        total, rows = completeness.listed(
            found, ward=wish.get("ward", ""), status=wish.get("status", ""),
            offset=offset, limit=PER_PAGE,
        )  # fmt: skip
    record(ALIAS, by=actor_of(request), verb=READ.value, subject="tax answers lacking", persons=len(rows))
    return lists.listing(
        request,
        Table(caption="課税の答えがない人の一覧", columns=PERSONS, rows=Listed(total, offset, rows), query=request.GET),
        permission=READ, heading="課税の答えがない人の一覧", filter=form,
        crumbs=crumbs(("課税の答えがない人", reverse("benefits-import-lacking")), ("一覧", "")),
    )  # fmt: skip


def _programme(request: HttpRequest) -> str:
    code = request.GET.get("programme", "")
    return code if code in {one.code for one in programmes.every()} else programmes.every()[0].code


Share = tuple[ImportKind, int, ImportLimit | None]
LIMITS: Final = [
    Column[Share](
        key="kind", title="種類", value=lambda row: row[0].label, heads_row=True, sortable=False,
        cell=lambda row: make_link(reverse("benefits-import-limit", args=[row[0].value]), row[0].label),
    ),
    Column[Share](key="percent", title="この割合（%）を超えるとき", value=lambda row: row[1], kind=Kind.NUMBER, sortable=False),
    Column[Share](
        key="because", title="理由", sortable=False,
        value=lambda row: row[2].reason if row[2] else f"初期値：{KINDS[row[0]].because}",
    ),
    Column[Share](key="by", title="設定した職員", value=lambda row: row[2].set_by if row[2] else "", kind=Kind.CODE, sortable=False),
    Column[Share](key="at", title="設定日時", value=lambda row: row[2].set_at if row[2] else None, kind=Kind.MOMENT, sortable=False),
]  # fmt: skip


@screen(READ)
def limits(request: HttpRequest) -> HttpResponse:
    """どの種類が、何%を超えると二人目を要るか."""
    return lists.listing(
        request,
        Table(caption="二人目の確認が要る変更の割合", columns=LIMITS, rows=reads.limits(), query=request.GET),
        permission=READ, heading="二人目の確認が要る割合", file="import_limits",
        lead="追加・変更・消滅の合計が、使用中の版の件数のこの割合を超えると、取込に二人目の確認が要ります。決められるのは責任職だけです。",
        crumbs=crumbs(("二人目の確認が要る割合", "")),
    )  # fmt: skip


@screen(LIMIT)
def limit(request: HttpRequest, kind: str) -> HttpResponse:
    """割合の設定 of one kind."""
    if kind not in {each.value for each in ImportKind}:
        raise TodokeError(ErrorCode.NOT_FOUND, what="ファイルの種類")
    chosen = ImportKind(kind)
    share = reads.limit(chosen)

    def work(by: Actor, given: dict[str, Any]) -> None:
        set_limit(kind=chosen, percent=given["percent"], reason=given["reason"], by=by)

    back = reverse("benefits-import-limits")
    return form_pages.form_page(
        request, LimitForm(request.POST or None, initial={"percent": share}), permission=LIMIT,
        heading=f"{chosen.label}の割合を決めます", verb="決める", back=back, work=work, done="次の検査から使います。",
        facts=[("今の割合", f"{share}%"), ("初期値", f"{KINDS[chosen].percent}%（{KINDS[chosen].because}）")],
        crumbs=crumbs(("二人目の確認が要る割合", back), (chosen.label, "")),
    )  # fmt: skip
