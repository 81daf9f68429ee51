"""The lists behind the numbers: cases, judged households, missing statuses — a page of rows at a time, however long they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar, overload

from todoke.engine import postgres
from todoke.kernel import clock
from todoke.systems.benefits.models import DecisionRun
from todoke.systems.benefits.rules.cases.case_state import CaseState
from todoke.systems.benefits.rules.cases.stages import Age
from todoke.systems.benefits.rules.deciding.outcome import Outcome, Reason
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus

ALIAS = "benefits"
Row = TypeVar("Row")


@dataclass(frozen=True)
class Paged(Sequence[Row], Generic[Row]):
    """Rows that are read only where they are looked at; `count` is asked once."""

    total: int
    fetch: Callable[[int, int], list[Row]]
    """(first, how many) → those rows."""

    def __len__(self) -> int:
        return self.total

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> list[Row]: ...
    def __getitem__(self, place: int | slice) -> Row | list[Row]:
        if isinstance(place, slice):
            first, last, _ = place.indices(self.total)
            return self.fetch(first, last - first) if last > first else []
        return self.fetch(place, 1)[0]


def _from_nearer_end(total: int, first: int, many: int, order: Sequence[str]) -> dict[str, Any]:
    """How to reach those rows without walking past more than half of the others: the last pages are read backwards."""
    after = total - first - many
    backwards = after < first
    words = ", ".join(f"{column} DESC" if backwards else column for column in order)
    return {"order": words, "first": after if backwards else first}


class ListedCase(NamedTuple):
    """One case in a list: no name, no address."""

    case_id: int
    case_number: str
    ward: str
    state: CaseState
    since: datetime
    protected: bool


@dataclass(frozen=True, kw_only=True)
class CasesWanted:
    """Which cases of a programme; None for all."""

    programme: str
    states: Sequence[CaseState] | None = None
    ward: str | None = None
    age: Age | None = None
    oldest_first: bool = False


_COUNT_CASES = "SELECT coalesce(sum(cases), 0)::bigint FROM benefits_case_tally WHERE {where}"


def cases(wanted: CasesWanted) -> Paged[ListedCase]:
    """The cases, by number or by how long they have stood in their state."""
    where, counted, given = _case_conditions(wanted)
    order = ("state_at", "case_number") if wanted.oldest_first else ("case_number",)
    ((total,),) = postgres.fetch(ALIAS, _COUNT_CASES.format(where=counted), given)
    page = (
        "SELECT * FROM (SELECT id, case_number, ward_code, state, state_at, protected"
        f" FROM benefits_case WHERE {where} ORDER BY {{order}} OFFSET %(first)s LIMIT %(many)s) c"
        f" ORDER BY {', '.join(order)}"
    )

    def fetch(first: int, many: int) -> list[ListedCase]:
        way = _from_nearer_end(int(total), first, many, order)
        values = {**given, "first": way["first"], "many": many}
        rows = postgres.fetch(ALIAS, page.format(order=way["order"]), values)
        return [
            ListedCase(case_id, number, ward, CaseState(state), since, protected)
            for case_id, number, ward, state, since, protected in rows
        ]

    return Paged(int(total), fetch)


def _case_conditions(wanted: CasesWanted) -> tuple[str, str, dict[str, Any]]:
    """The same cases in the table and in the tally: days are days in Japan."""
    given: dict[str, Any] = {"programme": wanted.programme}
    parts = ["programme = %(programme)s"]
    if wanted.states is not None:
        given["states"] = [state.value for state in wanted.states]
        parts.append("state = ANY(%(states)s)")
    if wanted.ward is not None:
        given["ward"] = wanted.ward
        parts.append("ward_code = %(ward)s")
    rows, counted = list(parts), list(parts)
    if wanted.age is not None:
        today = clock.today()
        given["after"] = today - timedelta(days=wanted.age.since - 1)
        rows.append("state_at < %(after)s::date::timestamp AT TIME ZONE 'Asia/Tokyo'")
        counted.append("since < %(after)s")
        if wanted.age.until is not None:
            given["from"] = today - timedelta(days=wanted.age.until)
            rows.append("state_at >= %(from)s::date::timestamp AT TIME ZONE 'Asia/Tokyo'")
            counted.append("since >= %(from)s")
    return " AND ".join(rows), " AND ".join(counted), given


class ListedHousehold(NamedTuple):
    """One judged household in a list."""

    decision_id: int
    household_key: str
    ward: str
    outcome: Outcome
    reason: Reason
    protected: bool


@dataclass(frozen=True, kw_only=True)
class HouseholdsWanted:
    """Which households of a run; None for all."""

    run: DecisionRun
    outcome: Outcome | None = None
    reason: Reason | None = None
    ward: str | None = None


_HOUSEHOLDS = """
SELECT d.id, j.household_key, j.ward_code, j.outcome, j.reason_code, d.protected FROM (
    SELECT run_id, household_key, ward_code, outcome, reason_code FROM benefits_judged_household
    WHERE {where} ORDER BY {order} OFFSET %(first)s LIMIT %(many)s
) j JOIN benefits_decision d ON d.run_id = j.run_id AND d.household_key = j.household_key
ORDER BY {shown}
"""
_TOTAL = "SELECT coalesce(sum(households), 0)::bigint FROM benefits_judged_count WHERE {where}"


def households(wanted: HouseholdsWanted) -> Paged[ListedHousehold]:
    """The households, by ward and code where an index leads so, else by code."""
    conditions = {
        "run_id": wanted.run.pk,
        "outcome": wanted.outcome.value if wanted.outcome and not wanted.reason else None,
        "reason_code": wanted.reason.value if wanted.reason else None,
        "ward_code": wanted.ward,
    }
    if wanted.outcome and wanted.reason and wanted.reason.outcome is not wanted.outcome:
        return Paged(0, lambda _first, _many: [])
    given = {name: value for name, value in conditions.items() if value is not None}
    where = " AND ".join(f"{name} = %({name})s" for name in given)
    indexed = {"outcome", "reason_code"} & given.keys()
    order = ("ward_code", "household_key") if indexed else ("household_key",)
    ((total,),) = postgres.fetch(ALIAS, _TOTAL.format(where=where), given)

    def fetch(first: int, many: int) -> list[ListedHousehold]:
        way = _from_nearer_end(int(total), first, many, order)
        page = _HOUSEHOLDS.format(where=where, order=way["order"], shown=", ".join(order))
        rows = postgres.fetch(ALIAS, page, {**given, "first": way["first"], "many": many})
        return [
            ListedHousehold(decision, key, ward, Outcome(outcome), Reason(reason), protected)
            for decision, key, ward, outcome, reason, protected in rows
        ]

    return Paged(int(total), fetch)


class ListedMissing(NamedTuple):
    """One person whose status is missing, known by the household only."""

    decision_id: int
    household_key: str
    ward: str
    status: TaxStatus
    asked: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class MissingWanted:
    """Which missing statuses of a run; None for all, "" for those that no municipality is asked about."""

    run: DecisionRun
    asked: str | None = None
    status: TaxStatus | None = None


_MISSING = """
SELECT d.id, m.household_key, m.ward_code, m.status, m.asked, m.since FROM (
    SELECT run_id, household_key, ward_code, status, asked, since, resident_code FROM benefits_missing_status
    WHERE {where} ORDER BY since, resident_code OFFSET %(first)s LIMIT %(many)s
) m JOIN benefits_decision d ON d.run_id = m.run_id AND d.household_key = m.household_key
ORDER BY m.since, m.resident_code
"""


def missing(wanted: MissingWanted) -> Paged[ListedMissing]:
    """The persons, who has waited longest first."""
    status = wanted.status.value if wanted.status else None
    conditions = {"run_id": wanted.run.pk, "asked": wanted.asked, "status": status}
    given = {name: value for name, value in conditions.items() if value is not None}
    where = " AND ".join(f"{name} = %({name})s" for name in given)
    count = f"SELECT coalesce(sum(persons), 0)::bigint FROM benefits_missing_count WHERE {where}"
    ((total,),) = postgres.fetch(ALIAS, count, given)

    def fetch(first: int, many: int) -> list[ListedMissing]:
        rows = postgres.fetch(ALIAS, _MISSING.format(where=where), {**given, "first": first, "many": many})
        return [
            ListedMissing(decision, key, ward, TaxStatus(status), asked, since)
            for decision, key, ward, status, asked, since in rows
        ]

    return Paged(int(total), fetch)
