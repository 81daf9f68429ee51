"""判定の一覧: the newest decision laid out for the screens."""

from __future__ import annotations

from todoke.access.permissions import Actor
from todoke.batch.progress import Meter
from todoke.batch.steps import Counts, StepReport, run_step
from todoke.systems.benefits import queries
from todoke.systems.benefits.actions.deciding import make_overview as laying_out
from todoke.systems.benefits.queries.editions import proposals as programmes

ALIAS = "benefits"


def overview(code: str, *, by: Actor) -> list[StepReport]:
    """Once per decision run. Totals: persons whose status is missing."""

    def work(_: Meter) -> Counts:
        made = laying_out.make_overview(programme=programmes.find(code), by=by)
        return Counts(taken=made.households, accepted=made.households, totals={"missing": made.missing})

    key = f"{code}/{queries.newest_run(code)}"
    return [
        run_step(ALIAS, "benefits.overview", key=key, by=by.staff_id, work=work, title="判定の一覧の作成")
    ]
