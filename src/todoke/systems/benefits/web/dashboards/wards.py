"""区ごとの集計: the 18 wards and the households without one; every number opens its list, and the table may be taken away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
from todoke.systems.benefits.queries.figures.counts import CaseCounts, Judged
from todoke.systems.benefits.rules.cases.stages import STAGE_SHORT, STAGE_TITLES, Stage
from todoke.systems.benefits.rules.deciding.outcome import Outcome
from todoke.systems.benefits.web import naming
from todoke.systems.benefits.web.cases.lists import HOME, asked_for
from todoke.systems.benefits.web.dashboards import addresses
from todoke.systems.benefits.web.dashboards.overview import FIGURES, READ, others
from todoke.systems.benefits.web.forms import ProgrammeFilter

HEADING = "区ごとの集計"


@dataclass(frozen=True)
class WardRow:
    """One ward: households by outcome, cases by stage."""

    code: str
    outcomes: dict[Outcome, int]
    stages: dict[Stage, int]

    @property
    def households(self) -> int:
        """All that were judged."""
        return sum(self.outcomes.values())


@screen(READ)
def wards(request: HttpRequest) -> HttpResponse:
    """Sorted by ward code unless the address says otherwise."""
    asked = asked_for(request)
    form = ProgrammeFilter(asked)
    programme = asked["programme"] if form.is_valid() else ""
    run, cases = queries.laid_out_run(programme), queries.case_counts(programme)
    found = _rows(queries.judged_counts(run) if run else [], cases)
    table = Table(caption=HEADING, columns=_columns(programme), rows=found, query=request.GET, per_page=100)
    return lists.listing(
        request,
        table,
        permission=READ,
        heading=HEADING,
        file="区ごとの集計",
        filter=form,
        template="benefits/figures.html",
        lead="区は基準日のものです。付番から振込までは、そこまで進んだ世帯の数です。支援措置の対象の世帯は、区を示さずに最後の行で数えます。",
        chart=_chart(found),
        totals=_totals(programme, found),
        fresh=queries.freshness(programme),
        others=others(programme, "benefits-wards"),
        crumbs=[HOME, (FIGURES, reverse("benefits-dashboard")), (HEADING, "")],
    )


def _rows(judged: list[Judged], cases: CaseCounts) -> list[WardRow]:
    known = naming.wards()
    # a ward that is given up still has its households
    seen = {row.ward for row in judged} | {row.ward for row in cases.rows}
    codes = [*known, *sorted(seen - set(known) - {""}), ""]
    return [
        WardRow(
            code,
            {
                outcome: sum(row.households for row in judged if (row.ward, row.outcome) == (code, outcome))
                for outcome in Outcome
            },
            {stage: cases.stage(stage, code) for stage in Stage},
        )
        for code in codes
    ]


def _chart(found: list[WardRow]) -> SafeString:
    """How far the eligible households of each ward have come: the parts add up to all of them that have a number."""
    parts = (
        (Stage.NUMBERED, Stage.LETTER), (Stage.LETTER, Stage.FORM), (Stage.FORM, Stage.APPROVED),
        (Stage.APPROVED, Stage.ORDERED),
    )  # fmt: skip
    bars = [
        Bar(
            naming.ward(row.code),
            [
                row.stages[Stage.ORDERED],
                *(row.stages[more] - row.stages[less] for more, less in reversed(parts)),
            ],
        )
        for row in found
    ]
    series = ["振込を依頼・支払", "承認まで", "受付まで", "発送まで", "付番まで"]
    return bar_chart("wards", "区ごとの進み具合", series=series, bars=bars, unit="件")


def _totals(programme: str, found: list[WardRow]) -> list[tuple[str, int, str]]:
    """The sums of the columns, each with its list."""
    return [
        ("判定した世帯", sum(row.households for row in found), addresses.judged(programme)),
        *(
            (
                outcome.words,
                sum(row.outcomes[outcome] for row in found),
                addresses.judged(programme, outcome=outcome.value),
            )
            for outcome in Outcome
        ),
        *(
            (
                STAGE_TITLES[stage],
                sum(row.stages[stage] for row in found),
                addresses.cases(programme, stage=stage.value),
            )
            for stage in Stage
        ),
    ]


def _columns(programme: str) -> list[Column[Any]]:
    def judged(row: WardRow, **wanted: str) -> str:
        return addresses.judged(programme, ward=addresses.ward(row.code), **wanted)

    def outcome_column(outcome: Outcome) -> Column[WardRow]:
        return _number(
            outcome.value, outcome.words, lambda row: row.outcomes[outcome], lambda row: judged(row, outcome=outcome.value)
        )  # fmt: skip

    def stage_column(stage: Stage) -> Column[WardRow]:
        def url(row: WardRow) -> str:
            return addresses.cases(programme, ward=addresses.ward(row.code), stage=stage.value)

        return _number(stage.value, STAGE_SHORT[stage], lambda row: row.stages[stage], url)

    return [
        Column[WardRow](key="ward", title="区", value=lambda row: naming.ward(row.code), heads_row=True, sortable=False),
        Column[WardRow](key="code", title="区コード", value=lambda row: row.code, kind=Kind.CODE),
        _number("households", "判定した世帯", lambda row: row.households, judged),
        *(outcome_column(outcome) for outcome in Outcome),
        *(stage_column(stage) for stage in Stage),
    ]  # fmt: skip


def _number(
    key: str, title: str, value: Callable[[WardRow], int], url: Callable[[WardRow], str]
) -> Column[WardRow]:
    def cell(row: WardRow) -> SafeString:
        return make_link(url(row), f"{value(row):,}")

    return Column[WardRow](key=key, title=title, value=value, kind=Kind.NUMBER, cell=cell)
