"""支払の見込み: the method stands beside the number, so that nobody takes it for more than it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.safestring import SafeString

from todoke.access import lists
from todoke.access.guard import screen
from todoke.kernel import clock
from todoke.kernel.clock import wareki
from todoke.pages.charts import Bar, bar_chart
from todoke.pages.tables import Column, Kind, Table
from todoke.pages.templatetags.parts import make_link
from todoke.systems.benefits import queries
from todoke.systems.benefits.queries.editions import proposals as programmes
from todoke.systems.benefits.rules.cases.forecast import PACE_DAYS, Forecast, Line, forecast
from todoke.systems.benefits.rules.cases.stages import Stage
from todoke.systems.benefits.rules.deciding import tariff
from todoke.systems.benefits.web.cases.lists import HOME, asked_for
from todoke.systems.benefits.web.dashboards import addresses
from todoke.systems.benefits.web.dashboards.overview import FIGURES, READ, others
from todoke.systems.benefits.web.forms import ProgrammeFilter

HEADING = "支払の見込み"
_WEEKS = 26
_WEEK_COLUMNS: list[Column[tuple[date, int]]] = [
    Column(
        key="week",
        title="週（月曜日）",
        value=lambda row: row[0],
        kind=Kind.DAY,
        heads_row=True,
        sortable=False,
    ),
    Column(key="forms", title="受付", value=lambda row: row[1], kind=Kind.NUMBER, sortable=False),
]


@screen(READ)
def expected(request: HttpRequest) -> HttpResponse:
    """Counts carried on at the rates so far."""
    asked = asked_for(request)
    form = ProgrammeFilter(asked)
    form.is_valid()
    programme = programmes.find(asked["programme"])
    mean = queries.mean_yen(programme.code) if tariff.of(programme).varies else 0
    amount = mean or programme.amount
    found = forecast(
        queries.case_counts(programme.code).by_state(),
        amount=amount,
        approved_lately=queries.approved_lately(programme.code),
        today=clock.today(),
    )
    weeks = queries.received_by_week(programme.code)[-_WEEKS:]
    columns = _columns(programme.code, amount)
    table = Table(caption=HEADING, columns=columns, rows=found.lines, query=request.GET)
    return lists.listing(
        request,
        table,
        permission=READ,
        heading=HEADING,
        file="支払の見込み",
        filter=form,
        template="benefits/forecast.html",
        lead="いまの件数に、これまでの割合を掛けただけの見込みです。返送はこれからも届くため、期限の前は少なめに出ます。",
        found=found,
        facts=_facts(found),
        chart=_chart(weeks),
        weeks=Table(caption="週ごとの確認書の受付", columns=_WEEK_COLUMNS, rows=weeks, per_page=_WEEKS),
        fresh=queries.freshness(programme.code),
        others=others(programme.code, "benefits-forecast"),
        crumbs=[HOME, (FIGURES, reverse("benefits-dashboard")), (HEADING, "")],
    )


def _facts(found: Forecast) -> list[tuple[str, object]]:
    caught_up = (
        f"{wareki(found.caught_up_on)}ごろ"
        if found.caught_up_on
        else f"直近{PACE_DAYS}日に承認がないため、分かりません"
    )
    return [
        ("支払う見込みの件数", f"{found.expected:,}件"),
        ("支払う見込みの額", f"{found.yen:,}円"),
        ("審査・承認を待つ件数", f"{found.waiting:,}件"),
        (f"直近{PACE_DAYS}日の承認", f"{found.pace:,}件"),
        ("待つ件数をこの速さで承認し終わる日", caught_up),
    ]


def _chart(weeks: Sequence[tuple[date, int]]) -> SafeString:
    bars = [Bar(f"{wareki(week)}の週", [count]) for week, count in weeks]
    return bar_chart("weeks", "週ごとの確認書の受付", series=["件"], bars=bars, unit="件")


def _columns(programme: str, amount: int) -> list[Column[Any]]:
    def cases(row: Line) -> SafeString:
        if len(row.states) > 1:
            return make_link(addresses.cases(programme, stage=Stage.ORDERED.value), f"{row.cases:,}")
        return make_link(addresses.cases(programme, state=row.states[0].value), f"{row.cases:,}")

    return [
        Column[Line](key="title", title="いまの状態", value=lambda row: row.title, heads_row=True, sortable=False),
        Column[Line](key="cases", title="いまの件数", value=lambda row: row.cases, cell=cases, kind=Kind.NUMBER, sortable=False),
        Column[Line](key="how", title="数え方", value=lambda row: row.how, sortable=False),
        Column[Line](key="expected", title="支払う見込み", value=lambda row: row.expected, kind=Kind.NUMBER, sortable=False),
        Column[Line](key="yen", title="見込みの額（円）", value=lambda row: row.expected * amount, kind=Kind.NUMBER, sortable=False),
    ]  # fmt: skip
