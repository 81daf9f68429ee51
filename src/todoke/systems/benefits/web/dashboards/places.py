"""照会先ごとの集計: whose answer is missing — by municipality and status, since when — and the list of persons behind it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from todoke.access import lists
from todoke.access.guard import screen
from todoke.pages.charts import Bar, bar_chart
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.benefits import queries
from todoke.systems.benefits.queries.figures.counts import Waiting
from todoke.systems.benefits.web import naming
from todoke.systems.benefits.web.cases.lists import HOME, asked_for
from todoke.systems.benefits.web.dashboards import addresses
from todoke.systems.benefits.web.dashboards.overview import FIGURES, READ, others
from todoke.systems.benefits.web.forms import ProgrammeFilter

HEADING = "課税の状態が分からない人（照会先ごと）"
_BARS = 15


@screen(READ)
def places(request: HttpRequest) -> HttpResponse:
    """The most persons first unless the address says otherwise."""
    asked = asked_for(request)
    form = ProgrammeFilter(asked)
    programme = asked["programme"] if form.is_valid() else ""
    run = queries.laid_out_run(programme)
    found = queries.missing_counts(run) if run else []
    table = Table(caption=HEADING, columns=_columns(programme), rows=found, query=request.GET, per_page=100)
    return lists.listing(
        request,
        table,
        permission=READ,
        heading=HEADING,
        file="課税の状態が分からない人",
        filter=form,
        template="benefits/figures.html",
        lead="未確定の世帯で、課税の状態が分からない人を数えます。分からないことは、非課税ではありません。",
        chart=_chart(found),
        totals=[("分からない人", sum(row.persons for row in found), addresses.missing(programme))],
        fresh=queries.freshness(programme),
        others=others(programme, "benefits-places"),
        crumbs=[HOME, (FIGURES, reverse("benefits-dashboard")), (HEADING, "")],
    )


def _chart(found: list[Waiting]) -> SafeString:
    """The places with the most persons."""
    persons: Counter[str] = Counter()
    for row in found:
        persons[row.asked] += row.persons
    bars = [Bar(naming.asked(code), [count]) for code, count in persons.most_common(_BARS)]
    title = "照会先ごとの人数" + (f"（多い順に{_BARS}）" if len(persons) > _BARS else "")
    return bar_chart("places", title, series=["人"], bars=bars, unit="人")


def _columns(programme: str) -> list[Column[Any]]:
    def persons(row: Waiting) -> SafeString:
        url = addresses.missing(programme, asked=row.asked or addresses.NOBODY, status=row.status.value)
        return make_link(url, f"{row.persons:,}")

    return [
        Column[Waiting](
            key="place", title="照会先", value=lambda row: naming.asked(row.asked), heads_row=True, sortable=False
        ),
        Column[Waiting](key="code", title="団体コード", value=lambda row: row.asked, kind=Kind.CODE),
        Column[Waiting](
            key="status", title="課税の状態", value=lambda row: row.status.value,
            cell=lambda row: naming.status_chip(row.status),
        ),
        Column[Waiting](
            key="persons", title="人数", value=lambda row: row.persons, cell=persons, kind=Kind.NUMBER
        ),
        Column[Waiting](key="households", title="世帯", value=lambda row: row.households, kind=Kind.NUMBER),
        Column[Waiting](key="oldest", title="最も古いもの", value=lambda row: row.oldest, kind=Kind.MOMENT),
    ]  # fmt: skip
