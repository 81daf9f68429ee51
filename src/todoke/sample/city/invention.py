"""One invented city: everything about it as columns, before any file is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from todoke.sample.city import (
    arrivals,
    assistance,
    cast,
    incomes,
    naming,
    neighbours,
    numbers,
    places,
    protection,
    registers,
    tax,
)
from todoke.sample.city.draw import Bools
from todoke.sample.city.frame import TAX_DATE, People, ages
from todoke.sample.city.households import populate
from todoke.sample.city.text import Text


@dataclass(frozen=True, kw_only=True)
class City:
    """All that is known about one city. Columns are by person unless their type says otherwise."""

    seed: int
    people: People
    names: naming.Names
    arrivals: arrivals.Arrivals
    protected: Bools
    has_disability: Bools
    welfare: assistance.Welfare
    incomes: incomes.Incomes
    roll: tax.Roll
    latest: registers.Latest
    addresses: places.Addresses
    parts: cast.Cast
    entries: neighbours.Entries
    resident_codes: Text
    household_codes: Text
    individual_numbers: Text


def invent(residents: int, seed: int) -> City:
    """The city of `seed` with `residents` people registered on the base date."""
    people = populate(seed, residents)
    names = naming.call(seed, people)
    foreign = names.nationality > 0
    arrived, birth = arrivals.arrive(seed, people, foreign)
    people = replace(people, birth=birth)
    settled = ~arrived.recent
    welfare = assistance.assist(seed, people, settled)
    has_disability = assistance.disabled(seed, people)
    earned = incomes.earn(seed, people, assisted=welfare.on_tax_date, disabled=has_disability)
    roll = tax.enrol(seed, people, earned, settled=settled, on_welfare=welfare.on_tax_date, foreign=foreign)
    latest = registers.change(seed, people)
    protected = protection.protect(seed, people)
    movers = people.registered & (arrived.neighbour >= 0)
    parts = cast.assign(
        seed,
        movers=movers,
        sure=movers & ~protected & _stands_alone(people, roll, latest),
        residents=np.ones(people.count, dtype=np.bool_),
    )
    entries, strangers = neighbours.enter(seed, arrived.neighbour, parts)
    return City(
        seed=seed,
        people=people,
        names=names,
        arrivals=arrived,
        protected=protected,
        has_disability=has_disability,
        welfare=welfare,
        incomes=earned,
        roll=roll,
        latest=latest,
        addresses=places.settle(seed, people.households, registers.spare_addresses(residents)),
        parts=parts,
        entries=entries,
        resident_codes=numbers.resident_codes(seed, people.count),
        household_codes=numbers.household_codes(seed, latest.households),
        individual_numbers=numbers.individual_numbers(seed, people.count + strangers, parts.canary),
    )


def _stands_alone(people: People, roll: tax.Roll, latest: registers.Latest) -> Bools:
    """Grown-up, alone in the household, still here, not in the city's tax roll: certainly asked about."""
    alone = (people.sizes[people.household] == 1) & (ages(people.birth, TAX_DATE) >= 18)
    certain: Bools = alone & ~roll.has_row & ~latest.gone
    return certain
