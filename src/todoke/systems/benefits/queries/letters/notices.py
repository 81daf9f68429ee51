"""お知らせ that wait for their last day, and those whose last day is over, per programme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from todoke.engine import postgres
from todoke.kernel import clock
from todoke.systems.benefits.queries.letters.waiting import NEWEST_FORM, UNDELIVERED
from todoke.systems.benefits.rules.deciding.push import Route

ALIAS = "benefits"
_WAITING = f"""
SELECT c.programme, count(*), count(*) FILTER (WHERE l.opt_out_until < %(today)s AND NOT {UNDELIVERED}),
    min(l.opt_out_until) FILTER (WHERE l.opt_out_until >= %(today)s)
FROM benefits_case c JOIN {NEWEST_FORM} l ON l.case_id = c.id
WHERE c.route = %(notice)s AND c.state = 'printed' GROUP BY c.programme ORDER BY c.programme
"""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """`unanswered` notices of a programme, `over` of them past their last day; `next_day` the next last day of the others."""

    programme: str
    unanswered: int
    over: int
    next_day: date | None


def waiting() -> list[Waiting]:
    """Every programme with an unanswered notice."""
    values = {"today": clock.today(), "notice": Route.NOTICE.value}
    return [
        Waiting(programme=programme, unanswered=unanswered, over=over, next_day=day)
        for programme, unanswered, over, day in postgres.fetch(ALIAS, _WAITING, values)
    ]


def waiting_of(programme: str) -> Waiting:
    """One programme; all zero without a notice."""
    none = Waiting(programme=programme, unanswered=0, over=0, next_day=None)
    return next((each for each in waiting() if each.programme == programme), none)
