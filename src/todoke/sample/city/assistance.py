"""付帯状況: 生活保護, 障害, 介護, 児童扶養手当."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from todoke.sample.city import draw
from todoke.sample.city.draw import Bools, Dates, Ints
from todoke.sample.city.frame import BASE_DATE, HEAD, TAX_DATE, People, ages
from todoke.sample.city.households import KINDS, kinds
from todoke.sample.city.incomes import Incomes

ASSISTANCE_KINDS = ("生活保護", "児童扶養手当", "障害", "介護")
WELFARE, CHILD_REARING, DISABILITY, CARE = range(4)
_NOT_A_DATE = np.datetime64("NaT", "D")
# How readily a household of a kind needs 生活保護.
_NEED = {
    "elderly single": 60,
    "single": 20,
    "mother, one child": 20,
    "mother, two children": 25,
    "elderly couple": 6,
    "young single": 4,
}


@dataclass(frozen=True, kw_only=True)
class Welfare:
    """生活保護 by person: whether any, from and to when (not-a-date: still running)."""

    ever: Bools
    valid_from: Dates
    valid_to: Dates

    @property
    def on_tax_date(self) -> Bools:
        """Assisted on 2021-01-01: exempt, whatever the tax roll says (地方税法 295条)."""
        return self.ever & (self.valid_from <= TAX_DATE) & ~(self.valid_to < TAX_DATE)


def assist(seed: int, people: People, settled: Bools) -> Welfare:
    """生活保護 for whole households, 1.8 % of the residents. `settled`: living here on the tax date."""
    rng = draw.stream(seed, "welfare")
    first = np.unique(people.household, return_index=True)[1]
    all_settled = np.bincount(people.household[~settled], minlength=people.households) == 0
    need = np.array([_NEED.get(kind.label, 1) for kind in KINDS])[people.kind[first]]
    order = np.argsort(rng.integers(0, 2**40, len(need)) // need, kind="stable")
    order = order[(all_settled & people.registered[first])[order]]
    wanted = draw.share(int(people.registered.sum()), 180, least=1)
    chosen = order[: np.searchsorted(np.cumsum(people.sizes[order]), wanted) + 1]
    ever = np.zeros(people.households, dtype=np.bool_)
    ever[chosen] = True
    # of 100: running since before the tax date, started after it, ended before it
    course = np.zeros(people.households, dtype=np.int64)
    course[chosen] = draw.spread(rng, len(chosen), (86, 9, 5))
    since, until = _periods(rng, course)
    return Welfare(
        ever=ever[people.household] & people.registered,
        valid_from=since[people.household],
        valid_to=until[people.household],
    )


def _periods(rng: np.random.Generator, course: Ints) -> tuple[Dates, Dates]:
    """First days of months and last days of months, by household."""
    size = len(course)
    before = np.datetime64("2009-01") + rng.integers(0, 145, size)
    after = np.datetime64("2021-02") + rng.integers(0, 9, size)
    early = np.datetime64("2012-04") + rng.integers(0, 60, size)
    since = np.where(course == 0, before, np.where(course == 1, after, early)).astype("datetime64[D]")
    end = (np.datetime64("2018-01") + rng.integers(0, 36, size)).astype("datetime64[D]") - 1
    return since, np.where(course == 2, end, _NOT_A_DATE)


def disabled(seed: int, people: People) -> Bools:
    """Holders of a disability certificate: about 4 %, more among the old."""
    old = ages(people.birth, TAX_DATE) >= 65
    return (
        draw.chance(draw.stream(seed, "disability"), people.count, np.where(old, 900, 250))
        & people.registered
    )


@dataclass(frozen=True, kw_only=True)
class AssistanceRows:
    """Rows of assistance.csv: person row, kind and period."""

    person: Ints
    kind: Ints
    valid_from: Dates
    valid_to: Dates


def rows(
    seed: int, people: People, *, welfare: Welfare, incomes: Incomes, has_disability: Bools
) -> AssistanceRows:
    """Everything for assistance.csv, 生活保護 first."""
    rng = draw.stream(seed, "assistance")
    age = ages(people.birth, BASE_DATE)
    care = people.registered & (age >= 65) & draw.chance(rng, people.count, np.where(age >= 80, 4_200, 700))
    lone = np.isin(people.kind, kinds("mother, one child", "mother, two children", "father, one child"))
    lone &= (people.relation == HEAD) & people.registered & (incomes.total < 1_900_000)
    persons = [np.flatnonzero(mask) for mask in (welfare.ever, lone, has_disability, care)]
    person = np.concatenate(persons)
    kind = np.repeat(np.arange(4), [len(part) for part in persons])
    since = _since(rng, people.birth[person], kind)
    until = np.where(draw.chance(rng, len(person), 300) & (kind == CARE), BASE_DATE - 30, _NOT_A_DATE)
    since[kind == WELFARE] = welfare.valid_from[persons[WELFARE]]
    until[kind == WELFARE] = welfare.valid_to[persons[WELFARE]]
    return AssistanceRows(person=person, kind=kind, valid_from=since, valid_to=until)


def _since(rng: np.random.Generator, birth: Dates, kind: Ints) -> Dates:
    earliest = np.maximum(
        birth, np.where(kind == CARE, np.datetime64("2015-01-01"), np.datetime64("2001-01-01"))
    )
    return draw.days(rng, earliest, np.datetime64("2021-10-31"), len(birth))
