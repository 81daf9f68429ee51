"""統計: a month, a partner, a duty and an outcome a line; and the copies by 年度 with what the registrations did."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from todoke.access import lists
from todoke.access.guard import actor_of, screen
from todoke.access.permissions import Permission
from todoke.contracts.exchange_records import Side
from todoke.kernel import clock
from todoke.pages.forms import DateField
from todoke.pages.tables import Column, Kind, Table
from todoke.systems.intermediary.actions.read_figures import read_figures
from todoke.systems.intermediary.queries import figures
from todoke.systems.intermediary.queries.figures import Day, Edition
from todoke.systems.intermediary.rules import wording
from todoke.systems.intermediary.rules.figures import FEW, Figure
from todoke.systems.intermediary.web import naming, places
from todoke.systems.intermediary.web.records import SIDES

FIGURES: Final = Permission.INTERMEDIARY_FIGURES
REPLICAS: Final = Permission.INTERMEDIARY_REPLICA_WATCH
HEADING: Final = "統計"
COPIES: Final = "副本の登録状況"
STALE: Final = timedelta(days=35)
"""An edition to which nothing was registered for so long is marked: corrections of taxes come every month."""
_OUTCOMES = {**{outcome.value: word for outcome, word in wording.OUTCOMES.items()}, "no_permit": "許可証が出なかった", "": ""}  # fmt: skip


class Period(forms.Form):
    """絞り込み."""

    first = DateField(label="期間の初め", required=False)
    last = DateField(label="期間の終わり", required=False)

    def days(self) -> tuple[date, date]:
        """The two days; a year until today where they are missing or wrong."""
        given = self.cleaned_data if self.is_bound and self.is_valid() else {}
        last = given.get("last") or clock.today()
        return given.get("first") or (last - timedelta(days=364)).replace(day=1), last


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"


COLUMNS: Final = [
    Column[Figure](key="month", title="月", value=lambda row: row.month, heads_row=True),
    Column[Figure](key="side", title="立場", value=lambda row: SIDES[Side(row.side)]),
    Column[Figure](key="partner", title="相手の機関", value=lambda row: wording.organisation(row.partner)),
    Column[Figure](key="duty", title="事務", value=lambda row: row.duty, kind=Kind.CODE),
    Column[Figure](key="procedure", title="事務手続", value=lambda row: row.procedure, kind=Kind.CODE),
    Column[Figure](key="information", title="情報", value=lambda row: wording.information(row.information_code)),
    Column[Figure](key="outcome", title="結果", value=lambda row: _OUTCOMES[row.outcome]),
    Column[Figure](key="count", title="件数", value=lambda row: f"{FEW}未満" if row.count is None else row.count, kind=Kind.NUMBER, sortable=False),
    Column[Figure](key="median", title="応答（中央値、秒）", value=lambda row: _seconds(row.median), kind=Kind.NUMBER, sortable=False),
    Column[Figure](key="p95", title="応答（95％、秒）", value=lambda row: _seconds(row.p95), kind=Kind.NUMBER, sortable=False),
]  # fmt: skip
EDITIONS: Final = [
    Column[Edition](key="year", title="年度", value=lambda row: f"{row.fiscal_year}年度", heads_row=True, sortable=False),
    Column[Edition](key="count", title="副本", value=lambda row: row.count, kind=Kind.NUMBER, sortable=False),
    Column[Edition](key="edition", title="最新の版", value=lambda row: row.edition, kind=Kind.NUMBER, sortable=False),
    Column[Edition](key="oldest", title="最も古い登録", value=lambda row: row.oldest, kind=Kind.MOMENT, sortable=False),
    Column[Edition](key="newest", title="最後の登録", value=lambda row: row.newest, kind=Kind.MOMENT, sortable=False),
    Column[Edition](key="age", title="最後の登録からの日数", value=lambda row: (clock.now() - row.newest).days, kind=Kind.NUMBER, sortable=False),
]  # fmt: skip
DELIVERIES: Final = [
    Column[Day](key="day", title="日", value=lambda row: row.day, kind=Kind.DAY, heads_row=True, sortable=False),
    Column[Day](key="year", title="年度", value=lambda row: f"{row.fiscal_year}年度", sortable=False),
    Column[Day](key="messages", title="電文", value=lambda row: row.messages, kind=Kind.NUMBER, sortable=False),
    Column[Day](key="registered", title="新規", value=lambda row: row.registered, kind=Kind.NUMBER, sortable=False),
    Column[Day](key="replaced", title="訂正", value=lambda row: row.replaced, kind=Kind.NUMBER, sortable=False),
    Column[Day](key="deleted", title="削除", value=lambda row: row.deleted, kind=Kind.NUMBER, sortable=False),
]  # fmt: skip


@screen(FIGURES)
def towns(request: HttpRequest) -> HttpResponse:
    """Which municipality's figures."""
    return places.choose(request, FIGURES, "intermediary-figures", HEADING)


@screen(FIGURES, where=places.here)
def figures_of(request: HttpRequest, municipality: str) -> HttpResponse:
    """統計 as a list that may be taken away."""
    form = Period(request.GET or None)
    first, last = form.days()
    alias = places.alias_of(municipality)
    rows = read_figures(alias=alias, first=first, last=last, by=actor_of(request))
    heading = f"{HEADING}　{naming.town(municipality)}"
    table = Table(
        caption=f"{clock.wareki(first)}から{clock.wareki(last)}まで",
        columns=COLUMNS,
        rows=rows,
        query=request.GET,
    )
    lead = f"人が分からないように、{FEW}件未満の組合せは月ごとに一行にまとめています。"
    more: dict[str, Any] = {"lead": lead, "crumbs": [places.HOME, (HEADING, "")]}
    return lists.listing(
        request, table, permission=FIGURES, heading=heading, file=f"統計_{municipality}", filter=form, **more
    )


@screen(REPLICAS)
def replica_towns(request: HttpRequest) -> HttpResponse:
    """Which municipality's copies."""
    return places.choose(request, REPLICAS, "intermediary-replicas", COPIES)


@screen(REPLICAS, where=places.here)
def replicas(request: HttpRequest, municipality: str) -> HttpResponse:
    """副本 by 年度 with their age, and the effect of registrations, corrections and deletions day by day."""
    alias, now = places.alias_of(municipality), clock.now()
    found = figures.editions(alias)
    context = {
        "heading": f"{COPIES}　{naming.town(municipality)}", "stale_days": STALE.days,
        "stale": [row for row in found[:1] if now - row.newest > STALE],
        "editions": Table(caption="年度ごとの副本", columns=EDITIONS, rows=found, empty="副本はありません。"),
        "deliveries": Table(
            caption="登録・訂正・削除の件数", columns=DELIVERIES, rows=figures.deliveries(alias), query=request.GET,
            per_page=30, empty="登録はまだありません。",
        ),
        "crumbs": [places.HOME, (COPIES, "")],
    }  # fmt: skip
    return render(request, "intermediary/replicas.html", context)
