"""tax.csv: the city's own tax roll, with its odd rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from todoke.sample.city import draw
from todoke.sample.city.draw import Bools, Ints
from todoke.sample.city.frame import TAX_DATE, TAX_YEAR, People, ages
from todoke.sample.city.incomes import NOBODY, OUTSIDE, Incomes
from todoke.sample.city.levies import DESIGNATED_RATE, YOKOHAMA_PER_CAPITA, assess


@dataclass(frozen=True, kw_only=True)
class Roll:
    """The roll of 2021 by person. `has_row` says who is in it; amounts are 0 for those who did not declare.

    `supporter_taxed` is 1, 0, or -1 when not known.
    """

    has_row: Bools
    declared: Bools
    income_levy: Ints
    per_capita_levy: Ints
    waived: Bools
    treaty: Bools
    supporter: Ints
    supporter_taxed: Ints

    @property
    def taxed(self) -> Bools:
        """Whether the roll of 2021 shows a levy."""
        return self.has_row & (self.income_levy + self.per_capita_levy > 0)


def enrol(
    seed: int, people: People, incomes: Incomes, *, settled: Bools, on_welfare: Bools, foreign: Bools
) -> Roll:
    """The roll of 2021. `settled`: living here on the tax date; `on_welfare`: 生活保護 on that day."""
    rng = draw.stream(seed, "tax")
    levies = assess(incomes, DESIGNATED_RATE)
    age = ages(people.birth, TAX_DATE)
    supported = incomes.supporter != NOBODY
    supports = np.isin(np.arange(people.count), incomes.supporter)
    adult = people.registered & (age >= 18)
    undeclared, unlisted = _silent(rng, adult & settled & ~supported & ~supports & ~on_welfare)
    has_row = _listed(rng, people, incomes, on_welfare) & ~unlisted
    known_anyway = draw.some(rng, adult & ~settled, draw.share(int((adult & ~settled).sum()), 100))
    has_row &= settled
    has_row[known_anyway] = True
    stayed_silent = supported & (incomes.total == 0) & ~supports & draw.chance(rng, people.count, 8_500)
    stayed_silent |= on_welfare & draw.chance(rng, people.count, 4_000)
    declared = has_row & ~undeclared & ~stayed_silent
    due = declared & levies.per_capita_due
    waived = _rows(rng, due, draw.share(people.count, 12, least=2))
    treaty = _rows(rng, due & foreign & ~waived & ~supports, draw.share(people.count, 5, least=2))
    due &= ~waived & ~treaty
    income_levy = np.where(due, levies.income_levy, 0)
    per_capita = np.where(due, YOKOHAMA_PER_CAPITA, 0)
    taxed = income_levy + per_capita > 0
    return Roll(
        has_row=has_row,
        declared=declared,
        income_levy=income_levy,
        per_capita_levy=per_capita,
        waived=waived,
        treaty=treaty,
        supporter=incomes.supporter,
        supporter_taxed=_supporter_taxed(rng, incomes.supporter, has_row, taxed),
    )


def _rows(rng: np.random.Generator, mask: Bools, count: int) -> Bools:
    chosen = np.zeros(len(mask), dtype=np.bool_)
    chosen[draw.some(rng, mask, count)] = True
    return chosen


def _silent(rng: np.random.Generator, candidates: Bools) -> tuple[Bools, Bools]:
    """未申告: 5 % of those who had to say something, 2 % of all adults. Half have an empty row, half none."""
    count = draw.share(int(candidates.sum()), 480, least=2)
    chosen = draw.some(rng, candidates, count)
    masks = np.zeros((2, len(candidates)), dtype=np.bool_)
    masks[0, chosen[::2]] = True
    masks[1, chosen[1::2]] = True
    return masks[0], masks[1]


def _listed(rng: np.random.Generator, people: People, incomes: Incomes, on_welfare: Bools) -> Bools:
    """Adults, unless on 生活保護 and unknown to the tax office; children only when claimed or earning."""
    age = ages(people.birth, TAX_DATE)
    adult = ~(on_welfare & draw.chance(rng, people.count, 6_000))
    claimed = draw.chance(rng, people.count, np.where(age < 16, 1_500, 7_000))
    child = (incomes.supporter != NOBODY) & claimed | (incomes.total > 0)
    return people.registered & (age >= 0) & np.where(age >= 18, adult, child)


def _supporter_taxed(rng: np.random.Generator, supporter: Ints, has_row: Bools, taxed: Bools) -> Ints:
    inside = supporter >= 0
    row = np.maximum(supporter, 0)
    outside = np.array([1, 0, -1])[draw.weighted(rng, len(supporter), (60, 8, 32))]
    known = np.where(has_row[row], taxed[row].astype(np.int64), -1)
    return np.where(inside, known, np.where(supporter == OUTSIDE, outside, -1))


@dataclass(frozen=True, kw_only=True)
class OtherYears:
    """Rows of other tax years, which no rule of this programme may read. Shapes (k,)."""

    person: Ints
    year: Ints
    income_levy: Ints
    per_capita_levy: Ints


def other_years(seed: int, roll: Roll) -> OtherYears:
    """Some rows of 2019 and 2020, most of them with the opposite outcome of 2021."""
    rng = draw.stream(seed, "other tax years")
    person = draw.some(rng, roll.has_row, draw.share(int(roll.has_row.sum()), 400))
    taxed = ~roll.taxed[person] ^ draw.chance(rng, len(person), 2_000)
    levy = rng.integers(10, 2_500, len(person)) * 100
    return OtherYears(
        person=person,
        year=TAX_YEAR - rng.integers(1, 3, len(person)),
        income_levy=np.where(taxed, levy, 0),
        per_capita_levy=np.where(taxed, YOKOHAMA_PER_CAPITA, 0),
    )
