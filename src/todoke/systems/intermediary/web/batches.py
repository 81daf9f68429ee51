"""処理の状況 for the platform's operator: what is at work, what was stopped and how it goes on, and the counts. No person."""

from __future__ import annotations

from functools import cached_property
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from todoke.access import lists
from todoke.access.guard import screen
from todoke.access.permissions import Permission
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_chip, make_link
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.queries import batches as reads
from todoke.systems.intermediary.queries.batches import Batch, BatchState, Standing
from todoke.systems.intermediary.web import naming, places

WATCH: Final = Permission.INTERMEDIARY_WATCH
HEADING: Final = "処理の状況"
_STATES: Final = {
    BatchState.AT_WORK: ("実行中", "wait"),
    BatchState.STOPPED: ("中断", "fail"),
    BatchState.DONE: ("完了", "good"),
}


class Row:
    """A municipality; its database is asked only when the row is drawn."""

    def __init__(self, code: str) -> None:
        self.code = code

    @cached_property
    def standing(self) -> Standing:
        """How its steps stand."""
        return reads.standing(needs.alias_of(self.code))


class Filter(forms.Form):
    """絞り込み."""

    state = forms.ChoiceField(
        label="状態", required=False, choices=[("", "すべて"), *((each.value, _STATES[each][0]) for each in BatchState)]
    )  # fmt: skip


TOWNS: Final = [
    Column[Row](
        key="town", title="団体", value=lambda row: naming.town(row.code), heads_row=True,
        cell=lambda row: make_link(reverse("intermediary-batches", args=[row.code]), naming.town(row.code)),
    ),
    Column[Row](key="at_work", title="実行中", value=lambda row: row.standing.at_work, kind=Kind.NUMBER, sortable=False),
    Column[Row](key="stopped", title="中断", value=lambda row: row.standing.stopped, kind=Kind.NUMBER, sortable=False),
    Column[Row](key="ended", title="最後に終わった処理", value=lambda row: row.standing.ended_at, kind=Kind.MOMENT, sortable=False),
]  # fmt: skip


def _totals(row: Batch) -> str:
    return "、".join(f"{name} {value:,}" for name, value in row.totals)


def _next(row: Batch) -> str:
    return "同じ命令をもう一度実行すると、続きから進みます。" if row.state is BatchState.STOPPED else ""


BATCHES: Final = [
    Column[Batch](key="title", title="処理", value=lambda row: row.title, heads_row=True),
    Column[Batch](
        key="state", title="状態", value=lambda row: _STATES[row.state][0],
        cell=lambda row: make_chip(*_STATES[row.state]),
    ),
    Column[Batch](key="taken", title="対象", value=lambda row: row.taken, kind=Kind.NUMBER),
    Column[Batch](key="accepted", title="処理済み", value=lambda row: row.accepted, kind=Kind.NUMBER),
    Column[Batch](key="refused", title="除外", value=lambda row: row.refused, kind=Kind.NUMBER),
    Column[Batch](key="totals", title="合計", value=_totals, sortable=False),
    Column[Batch](key="started", title="開始", value=lambda row: row.started_at, kind=Kind.MOMENT),
    Column[Batch](key="finished", title="終了", value=lambda row: row.finished_at, kind=Kind.MOMENT),
    Column[Batch](key="attempts", title="回数", value=lambda row: row.attempts, kind=Kind.NUMBER),
    Column[Batch](key="by", title="始めた職員", value=lambda row: row.by, kind=Kind.CODE),
    Column[Batch](key="next", title="次にすること", value=_next, sortable=False),
]  # fmt: skip


@screen(WATCH, live=True)
def towns(request: HttpRequest) -> HttpResponse:
    """Every municipality; fifty a page are asked."""
    rows = [Row(needs.municipality_of(alias)) for alias in needs.aliases()]
    return lists.listing(
        request, Table(caption=HEADING, columns=TOWNS, rows=rows, query=request.GET),
        permission=WATCH, heading=HEADING, file="処理の状況",
        lead="団体ごとの処理です。中断した処理は、始めたときと同じ命令で続きから進みます。件数と日時だけを示します。",
        crumbs=[places.HOME, (HEADING, "")],
    )  # fmt: skip


@screen(WATCH, where=places.here, live=True)
def town(request: HttpRequest, municipality: str) -> HttpResponse:
    """One municipality's steps, the newest first."""
    name, form = naming.town(municipality), Filter(request.GET)
    wish = form.cleaned_data["state"] if form.is_valid() else ""
    found = reads.batches(places.alias_of(municipality))
    rows = [row for row in found if not wish or row.state == wish]
    return lists.listing(
        request, Table(caption="処理", columns=BATCHES, rows=rows, query=request.GET, empty="この状態の処理はありません。"),
        permission=WATCH, heading=f"{HEADING}　{name}", file=f"処理の状況_{municipality}", filter=form,
        crumbs=[places.HOME, (HEADING, reverse("intermediary-batch-towns")), (name, "")],
    )  # fmt: skip
