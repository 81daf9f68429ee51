"""給付の集計: how far the benefit has come, how long cases stand still, and how old everything is that this rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from todoke.access.guard import screen
from todoke.access.permissions import Permission
from todoke.pages.charts import Bar, bar_chart
from todoke.systems.benefits import queries
from todoke.systems.benefits.queries.editions import proposals as programmes
from todoke.systems.benefits.queries.figures.counts import CaseCounts, Judged
from todoke.systems.benefits.rules.cases.stages import AGES, OPEN, STAGE_TITLES, STATE_TITLES, Stage
from todoke.systems.benefits.rules.deciding.outcome import Outcome
from todoke.systems.benefits.web.cases.lists import HOME, asked_for
from todoke.systems.benefits.web.dashboards import addresses
from todoke.systems.benefits.web.forms import ProgrammeFilter

READ = Permission.BENEFITS_FIGURES_READ
FIGURES = "給付の集計"


class Step(NamedTuple):
    """One step of the funnel: its number, what part of the step before that is, and its list."""

    title: str
    households: int
    part: str
    url: str


class Line(NamedTuple):
    """One line of a table of counts: (number, address) per cell."""

    title: str
    cells: list[tuple[int, str]]


@screen(READ)
def dashboard(request: HttpRequest) -> HttpResponse:
    """The whole benefit on one page."""
    asked = asked_for(request)
    form = ProgrammeFilter(asked)
    programme = asked["programme"] if form.is_valid() else programmes.every()[0].code
    run, cases = queries.laid_out_run(programme), queries.case_counts(programme)
    judged = queries.judged_counts(run) if run else []
    steps = _funnel(programme, judged, cases)
    bars = [Bar(step.title, [step.households]) for step in steps]
    context: dict[str, Any] = {
        "heading": FIGURES,
        "filter": form,
        "run": run,
        "fresh": queries.freshness(programme),
        "steps": steps,
        "funnel": bar_chart("funnel", "進み具合", series=["世帯"], bars=bars, unit="世帯"),
        "reasons": _reasons(programme, judged),
        "ages": [step.title for step in AGES],
        "standing": _standing(programme, cases),
        "waiting": _age_chart(cases),
        "others": others(programme, "benefits-dashboard"),
        "crumbs": [HOME, (FIGURES, "")],
    }
    return render(request, "benefits/dashboard.html", context)


def others(programme: str, here: str) -> list[tuple[str, str]]:
    """The other pages of figures."""
    pages = [
        ("全体", "benefits-dashboard"),
        ("区ごと", "benefits-wards"),
        ("照会先ごと", "benefits-places"),
        ("支払の見込み", "benefits-forecast"),
    ]
    query = urlencode({"programme": programme})
    return [(title, f"{reverse(route)}?{query}") for title, route in pages if route != here]


def _funnel(programme: str, judged: Sequence[Judged], cases: CaseCounts) -> list[Step]:
    whole = sum(row.households for row in judged)
    eligible = sum(row.households for row in judged if row.outcome is Outcome.ELIGIBLE)
    counted = [
        ("判定した世帯", whole, addresses.judged(programme)),
        ("支給対象の世帯", eligible, addresses.judged(programme, outcome=Outcome.ELIGIBLE.value)),
        *(
            (STAGE_TITLES[stage], cases.stage(stage), addresses.cases(programme, stage=stage.value))
            for stage in Stage
        ),
    ]
    before = [0, *(count for _, count, _ in counted)]
    return [
        Step(title, count, share(count, earlier), url)
        for (title, count, url), earlier in zip(counted, before, strict=False)
    ]


def share(part: int, whole: int) -> str:
    """12.3%, in integers; － of nothing."""
    if not whole:
        return "－"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def _reasons(programme: str, judged: Sequence[Judged]) -> list[tuple[str, str, int, int, str]]:
    """Outcome, reason, households, persons, list; every reason of the programme is there, also one that nobody has."""
    there = {rule.reason for rule in programmes.find(programme).rules} | {row.reason for row in judged}
    return [
        (
            reason.outcome.words,
            reason.words,
            sum(row.households for row in judged if row.reason is reason),
            sum(row.persons for row in judged if row.reason is reason),
            addresses.judged(programme, outcome=reason.outcome.value, reason=reason.value),
        )
        for reason in sorted(there, key=lambda one: (list(Outcome).index(one.outcome), one.name))
    ]


def _standing(programme: str, cases: CaseCounts) -> list[Line]:
    """Open cases by state and how long they have stood in it, with their sum."""
    return [
        Line(
            STATE_TITLES[state],
            [
                *(
                    (
                        cases.of([state], age=step.key),
                        addresses.cases(programme, state=state.value, age=step.key, order="oldest"),
                    )
                    for step in AGES
                ),
                (cases.of([state]), addresses.cases(programme, state=state.value, order="oldest")),
            ],
        )
        for state in OPEN
    ]


def _age_chart(cases: CaseCounts) -> Any:  # noqa: ANN401 - SafeString
    bars = [Bar(STATE_TITLES[state], [cases.of([state], age=step.key) for step in AGES]) for state in OPEN]
    return bar_chart(
        "ages",
        "滞留（いまの状態になってからの日数）",
        series=[step.title for step in AGES],
        bars=bars,
        unit="件",
    )
