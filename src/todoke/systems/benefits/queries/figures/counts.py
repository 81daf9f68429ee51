"""集計 (figures): every count on the dashboards. One set-based statement each; the decision's counts were laid out before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from todoke.contracts.residents import SnapshotKind
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.clock import JAPAN
from todoke.kernel.errors import TodokeError
from todoke.systems.benefits import needs
from todoke.systems.benefits.models import (
    AnswerImport,
    DecisionRun,
    JudgedCount,
    MissingCount,
    Source,
)
from todoke.systems.benefits.queries.deciding import certificates
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.cases.forecast import PACE_DAYS
from todoke.systems.benefits.rules.cases.stages import AGES, STATES, Stage
from todoke.systems.benefits.rules.deciding.outcome import Outcome, Reason
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

ALIAS = "benefits"
STALE_DAYS = 7
"""A register of today that is older than this is called old."""

_AGE = " ".join(
    f"WHEN since > %(today)s::date - {step.until + 1} THEN '{step.key}'"
    for step in AGES
    if step.until is not None
)
_CASES = f"""
SELECT ward_code, state, CASE {_AGE} ELSE '{AGES[-1].key}' END AS age, sum(cases)::bigint
FROM benefits_case_tally WHERE programme = %(programme)s GROUP BY 1, 2, 3 HAVING sum(cases) <> 0
"""
_WEEKS = """
SELECT date_trunc('week', day::timestamp)::date AS week, sum(cases)::bigint FROM benefits_day_tally
WHERE programme = %s AND what = 'received' GROUP BY 1 HAVING sum(cases) <> 0 ORDER BY 1
"""
_APPROVED_LATELY = """
SELECT coalesce(sum(cases), 0)::bigint FROM benefits_day_tally WHERE programme = %s AND what = 'approved' AND day > %s
"""


class CaseCount(NamedTuple):
    """Cases of one ward in one state for so long."""

    ward: str
    state: CaseState
    age: str
    cases: int


@dataclass(frozen=True)
class CaseCounts:
    """All cases of a programme, counted once; everything else is added up from it."""

    rows: tuple[CaseCount, ...]

    def of(self, states: Iterable[CaseState], *, ward: str | None = None, age: str | None = None) -> int:
        """How many cases stand in one of these states, there and for so long."""
        wanted = set(states)
        return sum(
            row.cases
            for row in self.rows
            if row.state in wanted and ward in (None, row.ward) and age in (None, row.age)
        )

    def stage(self, stage: Stage, ward: str | None = None) -> int:
        """How many cases came so far."""
        return self.of(STATES[stage], ward=ward)

    def by_state(self) -> dict[CaseState, int]:
        """Cases by state."""
        found: Counter[CaseState] = Counter()
        for row in self.rows:
            found[row.state] += row.cases
        return dict(found)


def case_counts(programme: str) -> CaseCounts:
    """The cases of a programme by ward, state and time in the state."""
    rows = postgres.fetch(ALIAS, _CASES, {"programme": programme, "today": clock.today()})
    return CaseCounts(tuple(CaseCount(ward, CaseState(state), age, n) for ward, state, age, n in rows))


class Judged(NamedTuple):
    """Households and persons of one ward with one outcome for one reason."""

    ward: str
    outcome: Outcome
    reason: Reason
    households: int
    persons: int


def judged_counts(run: DecisionRun) -> list[Judged]:
    """The counts of a decision that was laid out."""
    rows = JudgedCount.objects.using(ALIAS).filter(run=run).order_by("ward_code", "outcome", "reason_code")
    return [
        Judged(row.ward_code, Outcome(row.outcome), Reason(row.reason_code), row.households, row.persons)
        for row in rows
    ]


class Waiting(NamedTuple):
    """Persons who wait for one municipality (empty: for themselves) with one status."""

    asked: str
    status: TaxStatus
    persons: int
    households: int
    oldest: datetime


def missing_counts(run: DecisionRun) -> list[Waiting]:
    """Missing statuses of a decision that was laid out, the most first."""
    rows = MissingCount.objects.using(ALIAS).filter(run=run).order_by("-persons", "asked", "status")
    return [
        Waiting(row.asked, TaxStatus(row.status), row.persons, row.households, row.oldest) for row in rows
    ]


def received_by_week(programme: str) -> list[tuple[date, int]]:
    """Forms accepted, by the Monday of the week in which they came."""
    return [(week, count) for week, count in postgres.fetch(ALIAS, _WEEKS, (programme,))]


def approved_lately(programme: str) -> int:
    """Approvals of the last days that the forecast's pace is reckoned from."""
    since = clock.today() - timedelta(days=PACE_DAYS)
    ((count,),) = postgres.fetch(ALIAS, _APPROVED_LATELY, (programme, since))
    return int(count)


class Fresh(NamedTuple):
    """One source: of which day it is, when it arrived here, and what is wrong with its age."""

    title: str
    as_of: date | None
    arrived: datetime | None
    warning: str = ""


def freshness(programme: str) -> list[Fresh]:
    """How old everything is that the counts rest on."""
    run = DecisionRun.objects.using(ALIAS).filter(programme=programme).order_by("-id").first()
    decided = run.decided_at if run else None
    rows = [_register(SnapshotKind.BASE, run), _register(SnapshotKind.LATEST, run)]
    sources = Source.objects.using(ALIAS).order_by("kind", "-id").distinct("kind")
    arrived = {row.kind: row.imported_at for row in sources}
    for kind, title in (("tax", "課税情報"), ("assistance", "付帯状況")):
        rows.append(_arrived(title, arrived.get(kind), decided))
    imports = AnswerImport.objects.using(ALIAS).filter(order__run__programme=programme).order_by("-id")
    newest = imports.values_list("imported_at", flat=True).first()
    rows.append(_arrived("他市町村の回答", newest, decided))
    if certified := certificates.newest(programmes.find(programme).tax_year):
        rows.append(_arrived("課税証明書", certified, decided))
    judged = "" if run is None or JudgedCount.objects.using(ALIAS).filter(run=run).exists() else _NOT_LAID_OUT
    rows.append(Fresh("最新の判定", None, decided, judged if run else "まだ判定していません"))
    return rows


_LATER = "最新の判定の後に届きました。次の判定で反映します"
_NOT_LAID_OUT = "この判定の集計はまだ作成していません"


def _arrived(title: str, arrived: datetime | None, decided: datetime | None) -> Fresh:
    if arrived is None:
        return Fresh(title, None, None, "まだ届いていません")
    return Fresh(title, None, arrived, _LATER if decided and arrived > decided else "")


def _register(kind: SnapshotKind, run: DecisionRun | None) -> Fresh:
    title = {SnapshotKind.BASE: "住民記録（基準日）", SnapshotKind.LATEST: "住民記録（最新）"}[kind]
    try:
        found = needs.register(kind)
    except TodokeError:
        return Fresh(title, None, None, "まだ届いていません")
    used = "" if run is None else run.base_snapshot if kind is SnapshotKind.BASE else run.latest_snapshot
    if used and used != found.sha256:
        return Fresh(title, found.as_of, None, _LATER)
    days = (clock.now().astimezone(JAPAN).date() - found.as_of).days
    old = kind is SnapshotKind.LATEST and days > STALE_DAYS
    return Fresh(title, found.as_of, None, f"{days:,}日前のものです" if old else "")
