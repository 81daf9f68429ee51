"""What everybody earned in 2020 and who is whose dependant, whichever municipality taxes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from todoke.sample.city import draw
from todoke.sample.city.draw import Bools, Ints
from todoke.sample.city.frame import (
    FATHER,
    HEAD,
    HUSBAND,
    LODGER,
    MOTHER,
    TAX_DATE,
    WIFE,
    People,
    ages,
)
from todoke.sample.city.households import KINDS, kinds

NOBODY, OUTSIDE = -1, -2
# 合計所得金額 up to which a relative is a dependant from R3 on (facts/benefit.md §6).
DEPENDANT_LIMIT = 480_000
# Columns of Incomes.dependants.
GENERAL, SPECIFIC, ELDERLY, UNDER16, SPOUSE = range(5)

# Bands of 合計所得金額: nothing, up to the 均等割 limit, around the limits, ordinary, high.
_BANDS = ((0, 0), (0, 450_000), (450_001, 1_700_000), (1_700_000, 6_500_000), (6_000_000, 15_000_000))
_POOR, _LOW, _ORDINARY = 1, 2, 3

# Shares of households by means (poor, low, ordinary, high); an ordinary household unless named here.
_MEANS = {
    "young single": (17, 12, 67, 4),
    "single": (13, 8, 68, 11),
    "elderly single": (46, 15, 33, 6),
    "young couple": (3, 6, 76, 15),
    "couple": (5, 7, 68, 20),
    "elderly couple": (24, 22, 44, 10),
    "mother, one child": (30, 26, 43, 1),
    "mother, two children": (34, 28, 37, 1),
    "father, one child": (10, 12, 72, 6),
    "elderly couple, grown child": (36, 24, 32, 8),
    "grown child, mother": (12, 10, 70, 8),
    "lodgers": (18, 14, 66, 2),
    "siblings": (18, 14, 62, 6),
}
_ORDINARY_MEANS = (2, 6, 74, 18)

# Shares of a member's bands by role; the second row is for a poor household.
_ROLES = (
    ((100, 0, 0, 0), (100, 0, 0, 0)),  # child
    ((85, 15, 0, 0), (85, 15, 0, 0)),  # pupil
    ((55, 32, 3, 10), (55, 35, 5, 5)),  # student
    ((8, 9, 8, 75), (28, 32, 12, 28)),  # grown child, lodger, sibling
    ((32, 33, 8, 27), (48, 45, 5, 2)),  # partner
    ((30, 58, 3, 9), (38, 60, 2, 0)),  # elderly partner or parent
)


@dataclass(frozen=True, kw_only=True)
class Incomes:
    """Per person, in yen: 合計所得金額 (total), 総所得金額等 (gross: after losses carried over), and more.

    `supporter` is a row, NOBODY, or OUTSIDE for a relative who lives elsewhere. `dependants` has shape
    (n, 5). `special` marks those whose limit is 1,350,000: disabled, minor, widowed, single parent.
    `housing` and `donation` are whole credits at the full 10 % rate, to be divided between city and
    prefecture.
    """

    total: Ints
    gross: Ints
    supporter: Ints
    dependants: Ints
    special: Bools
    social_insurance: Ints
    housing: Ints
    donation: Ints


def earn(seed: int, people: People, *, assisted: Bools, disabled: Bools) -> Incomes:
    """Incomes and dependants; households on 生活保護 earn nothing."""
    rng = draw.stream(seed, "incomes")
    age = ages(people.birth, TAX_DATE)
    means = _means(rng, people)
    total = _totals(rng, _bands(rng, people, age, means))
    total = np.where(assisted | (age < 15), 0, total)
    lost = draw.chance(rng, people.count, 100) & (total > 500_000)
    gross = np.where(lost, total * rng.integers(2, 9, people.count) // 10, total)
    supporter = _supporters(rng, people, age, total, assisted)
    parent = people.relation == HEAD
    parent &= np.isin(people.kind, kinds("mother, one child", "mother, two children", "father, one child"))
    return Incomes(
        total=total,
        gross=gross,
        supporter=supporter,
        dependants=_dependants(people, age, supporter),
        special=disabled | parent & (total <= 5_000_000) | (age < 20),
        social_insurance=total * 15 // 100,
        housing=np.where(
            draw.chance(rng, people.count, 900) & (total > 2_000_000), _credit(rng, people.count), 0
        ),
        donation=np.where(
            draw.chance(rng, people.count, 1_200) & (total > 3_000_000), _credit(rng, people.count), 0
        ),
    )


def _credit(rng: np.random.Generator, size: int) -> Ints:
    return rng.integers(4, 274, size) * 500


def _means(rng: np.random.Generator, people: People) -> Ints:
    """Band of the head, the same for all members of a household."""
    table = np.array([_MEANS.get(kind.label, _ORDINARY_MEANS) for kind in KINDS])
    first = np.unique(people.household, return_index=True)[1]
    return (1 + draw.weighted_by_row(rng, table[people.kind[first]]))[people.household]


def _bands(rng: np.random.Generator, people: People, age: Ints, means: Ints) -> Ints:
    partner = np.isin(people.relation, (WIFE, HUSBAND))
    elder = partner & (age >= 65) | np.isin(people.relation, (MOTHER, FATHER))
    role = np.select([elder, partner, age < 16, age < 18, age < 23], [5, 4, 0, 1, 2], 3)
    table = np.array(_ROLES)[role, (means == _POOR).astype(np.int64)]
    return np.where(people.relation == HEAD, means, draw.weighted_by_row(rng, table))


def _totals(rng: np.random.Generator, band: Ints) -> Ints:
    """An amount in the band, mostly in its lower part; two in five poor people have nothing at all."""
    low, high = np.array(_BANDS).T[:, band]
    part = rng.integers(0, 1_000, len(band))
    amount = low + (high - low) * part * part // 1_000_000
    return np.where((band == _POOR) & draw.chance(rng, len(band), 4_000), 0, amount)


def _supporters(rng: np.random.Generator, people: People, age: Ints, total: Ints, assisted: Bools) -> Ints:
    earner = _earners(people, total)[people.household]
    rows = np.arange(people.count)
    related = (people.relation != LODGER) & (people.relation <= MOTHER) & (rows != earner)
    poor = (total <= DEPENDANT_LIMIT) & ~assisted
    claimed = draw.chance(rng, people.count, np.where(total[earner] > DEPENDANT_LIMIT, 9_300, 6_000))
    claimed |= age < 16
    supporter = np.where(related & poor & claimed & ~assisted[earner], earner, NOBODY)
    alone = (people.sizes[people.household] == 1) & poor & people.registered
    student = alone & (age <= 24) & draw.chance(rng, people.count, 6_500)
    parent = alone & (age >= 70) & draw.chance(rng, people.count, 900)
    able = (total > 1_500_000) & (age >= 40) & people.registered & ~alone
    _support_from_elsewhere(rng, np.flatnonzero(student | parent), np.flatnonzero(able), supporter)
    return supporter


def _earners(people: People, total: Ints) -> Ints:
    """Row of the head or partner with the higher income, by household; the head when equal."""
    couple = np.flatnonzero(np.isin(people.relation, (HEAD, WIFE, HUSBAND)))
    order = couple[np.lexsort((people.relation[couple], -total[couple], people.household[couple]))]
    return order[np.unique(people.household[order], return_index=True)[1]]


def _support_from_elsewhere(rng: np.random.Generator, kept: Ints, relatives: Ints, supporter: Ints) -> None:
    """Students and old people who live alone, kept by a relative elsewhere in the city or outside it."""
    supporter[kept] = OUTSIDE
    inside = kept[draw.chance(rng, len(kept), 3_000)]
    if len(relatives):
        supporter[inside] = rng.choice(relatives, len(inside))


def _dependants(people: People, age: Ints, supporter: Ints) -> Ints:
    """How many dependants of each class everybody has, by age on 1 January (地方税法 314条の2)."""
    rows = np.flatnonzero(supporter >= 0)
    partner = np.isin(people.relation[rows], (HEAD, WIFE, HUSBAND)) & (
        people.household[rows] == people.household[supporter[rows]]
    )
    old = age[rows]
    specific = (old >= 19) & (old <= 22)
    column = np.select(
        [partner, old < 16, specific, old >= 70], [SPOUSE, UNDER16, SPECIFIC, ELDERLY], GENERAL
    )
    counts = np.bincount(supporter[rows] * 5 + column, minlength=people.count * 5)
    return counts.reshape(people.count, 5)
