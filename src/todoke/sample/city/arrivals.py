"""Moves into the city: when (moved_in_on) and from where (previous_municipality)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from todoke.identifiers import municipality
from todoke.sample.city import draw
from todoke.sample.city.draw import Bools, Dates, Ints
from todoke.sample.city.frame import (
    BASE_DATE,
    CHILD,
    HEAD,
    HUSBAND,
    LATE,
    LATEST_DATE,
    NEIGHBOURS,
    REGISTERED,
    TAX_DATE,
    WIFE,
    People,
)
from todoke.sample.city.households import INFLOW

# (share of arrivals, codes as a register holds them). The first six groups are NEIGHBOURS, in that order;
# 14209 is Sagamihara's code from before it became a designated city (2010-04-01).
_GROUPS = (
    (10, ("13112",)),
    (6, ("13104",)),
    (27, ("14131", "14132", "14133", "14134", "14135", "14136", "14137", "14130")),
    (9, ("14151", "14152", "14153", "14150", "14209")),
    (12, ("27102", "27103", "27106", "27109", "27117", "27120", "27123", "27127", "27128", "27100")),
    (4, ("14401",)),
    (24, ("13111", "13109", "13103", "14201", "14204", "14205", "14207", "14213", "12102", "12203", "11103",
          "11203", "01101", "04101", "22138", "23106", "26104", "28110", "34102", "40132", "47201")),
    (8, (municipality.ABROAD,)),
)  # fmt: skip
ORIGIN_CODES = tuple(code for _, codes in _GROUPS for code in codes)
_SHARES = [weight for weight, _ in _GROUPS]
_STARTS = np.cumsum([0, *(len(codes) for _, codes in _GROUPS)])
_ABROAD = ORIGIN_CODES.index(municipality.ABROAD)
# Index in NEIGHBOURS of the municipality that answers for each origin code, -1 for all others.
NEIGHBOUR_OF = np.array(
    [
        NEIGHBOURS.index(city) if (city := municipality.city_of(code)) in NEIGHBOURS else -1
        for code in ORIGIN_CODES
    ]
)
_NOT_A_DATE = np.datetime64("NaT", "D")
# Arrivals by month of 2021, January to December: spring is the season of moves.
_MONTHS = (6, 7, 17, 14, 8, 7, 8, 7, 8, 8, 7, 3)


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """Per person: the day of moving in (not-a-date: born here), the origin (row of ORIGIN_CODES, -1 none),
    and whether that was on or after 2021-01-02, so that another municipality knows the tax of 2021."""

    day: Dates
    origin: Ints
    recent: Bools

    @property
    def neighbour(self) -> Ints:
        """Row of NEIGHBOURS for people whose 2021 tax one of them knows, else -1."""
        return np.where(self.recent & (self.origin >= 0), NEIGHBOUR_OF[self.origin], -1)


def arrive(seed: int, people: People, foreign: Bools) -> tuple[Arrivals, Dates]:
    """Arrivals; and birth dates, changed where a child would be born between the tax date and the move."""
    rng = draw.stream(seed, "arrivals")
    households = _recent_households(rng, people)
    joiners = _joiners(rng, people, households)
    household_day, origin = _household_moves(rng, people, households)
    day, old_origin = _old_moves(rng, people, foreign)
    recent = households[people.household]
    day = np.where(recent, household_day[people.household], day)
    origins = np.where(recent, origin[people.household], old_origin)
    day[joiners] = draw.days(rng, TAX_DATE + 1, BASE_DATE, len(joiners))
    origins[joiners] = _origins(rng, draw.weighted(rng, len(joiners), _SHARES))
    recent = recent.copy()
    recent[joiners] = True
    from_abroad = foreign & (origins >= 0) & ((people.household * 7) % 10 < 4)
    origins = np.where(from_abroad, _ABROAD, origins)
    _put_edges(rng, people, day, recent)
    return _settle_children(people, day, origins, recent)


def _recent_households(rng: np.random.Generator, people: People) -> Bools:
    """Whole households that came on or after 2021-01-02: 5.2 % of the residents, and all that came late."""
    sizes, stage = people.sizes, _by_household(people, people.stage)
    ease = INFLOW[_by_household(people, people.kind)]
    order = np.argsort(rng.integers(0, 2**40, len(sizes)) // ease, kind="stable")
    order = order[stage[order] == REGISTERED]
    wanted = draw.share(int(people.registered.sum()), 520, least=8)
    chosen = order[: np.searchsorted(np.cumsum(sizes[order]), wanted) + 1]
    recent: Bools = (stage == LATE) | np.isin(np.arange(len(sizes)), chosen)
    return recent


def _joiners(rng: np.random.Generator, people: People, recent: Bools) -> Ints:
    """Persons who joined a household already here: spouses, and heads who came back to their families."""
    settled = people.registered & ~recent[people.household] & (people.birth < np.datetime64("2000-01-01"))
    partners = np.isin(people.relation, (WIFE, HUSBAND))
    with_partner = np.isin(people.household, people.household[partners])
    heads = draw.some(
        rng, settled & (people.relation == HEAD) & with_partner, draw.share(people.count, 12, least=1)
    )
    free = settled & partners & ~np.isin(people.household, people.household[heads])
    return np.append(heads, draw.some(rng, free, draw.share(people.count, 18, least=1)))


def _household_moves(rng: np.random.Generator, people: People, recent: Bools) -> tuple[Dates, Ints]:
    """Day and origin by household; each neighbour sends at least one when six or more households came."""
    size = len(recent)
    month = draw.weighted(rng, size, _MONTHS)
    first = np.datetime64("2021-01") + month
    last = np.minimum((first + 1).astype("datetime64[D]") - 1, BASE_DATE)
    day = draw.days(rng, np.maximum(first.astype("datetime64[D]"), TAX_DATE + 1), last, size)
    late = _by_household(people, people.stage) == LATE
    day = np.where(late, draw.days(rng, BASE_DATE + 1, LATEST_DATE, size), day)
    group = draw.weighted(rng, size, _SHARES)
    rows = rng.permutation(np.flatnonzero(recent & ~late))
    group[rows] = draw.spread(rng, len(rows), _SHARES)
    group[rows[: len(NEIGHBOURS)]] = np.arange(len(NEIGHBOURS))[: len(rows)]
    return day, _origins(rng, group)


def _old_moves(rng: np.random.Generator, people: People, foreign: Bools) -> tuple[Dates, Ints]:
    """Moves before the tax date; most children and three Japanese adults in ten were born here."""
    child = people.relation == CHILD
    born_here = draw.chance(rng, people.count, np.where(child, 8_000, np.where(foreign, 0, 3_000)))
    born_here |= people.birth >= TAX_DATE
    oldest = np.maximum(people.birth, np.datetime64("1950-01-01"))
    day = draw.days(rng, np.minimum(oldest, TAX_DATE - 1), TAX_DATE - 1, people.count)
    origin = _origins(rng, draw.weighted(rng, people.count, _SHARES))
    return np.where(born_here, _NOT_A_DATE, day), np.where(born_here, -1, origin)


def _put_edges(rng: np.random.Generator, people: People, day: Dates, recent: Bools) -> None:
    """Put somebody on the first and last days that count, and on 1 January, which does not."""
    alone = people.sizes[people.household] == 1
    newcomers = draw.some(rng, recent & alone & people.registered, 8)
    if len(newcomers) == 8:
        day[newcomers[:2]] = TAX_DATE + 1
        day[newcomers[2:4]] = BASE_DATE
    settled = ~recent & alone & people.registered & ~np.isnat(day) & (people.birth < TAX_DATE)
    day[draw.some(rng, settled, 2)] = TAX_DATE


def _settle_children(people: People, day: Dates, origin: Ints, recent: Bools) -> tuple[Arrivals, Dates]:
    """Children who came along are born before the tax date, so that their old city can know them.

    Whoever is born after the move never moved in.
    """
    small = recent & (people.birth >= TAX_DATE) & (people.birth < day)
    back = (people.birth - TAX_DATE).astype(np.int64)
    birth = np.where(small, TAX_DATE - 1 - back % 200, people.birth)
    here = np.isnat(day) | (birth >= day)
    arrivals = Arrivals(
        day=np.where(here, _NOT_A_DATE, day), origin=np.where(here, -1, origin), recent=recent & ~here
    )
    return arrivals, birth


def _origins(rng: np.random.Generator, group: Ints) -> Ints:
    return rng.integers(_STARTS[group], _STARTS[group + 1])


def _by_household(people: People, column: Ints) -> Ints:
    """A column that all members share, by household (the first member's value)."""
    return column[np.unique(people.household, return_index=True)[1]]
