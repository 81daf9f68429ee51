"""The columns of the city's own files, from an invented city."""

from __future__ import annotations

import numpy as np

from todoke.sample.city import assistance, cast, numbers, tax, text
from todoke.sample.city.arrivals import ORIGIN_CODES
from todoke.sample.city.draw import Bools, Dates, Ints
from todoke.sample.city.frame import HEAD, RELATIONSHIPS, TAX_YEAR
from todoke.sample.city.incomes import OUTSIDE
from todoke.sample.city.invention import City
from todoke.sample.city.naming import NATIONALITIES
from todoke.sample.city.registers import LEFT_REASONS
from todoke.sample.city.text import Text

_SEXES = ("1", "2")


def base_register(city: City) -> dict[str, Text]:
    """residents_base.csv: who was registered on the base date."""
    people = city.people
    nobody_left = np.full(people.count, np.datetime64("NaT", "D"))
    columns = _register(city, people.household, people.relation, people.relation == HEAD, people.household)
    columns |= {"left_on": text.iso(nobody_left), "left_reason": text.blank(people.count)}
    return text.sorted_by(text.filtered(columns, people.registered), "resident_code")


def latest_register(city: City) -> dict[str, Text]:
    """residents_latest.csv: the same people, newcomers and newborns, and what changed."""
    latest = city.latest
    columns = _register(city, latest.household, latest.relation, latest.is_head, latest.address)
    columns |= {
        "left_on": text.iso(latest.left_on),
        "left_reason": text.look_up(LEFT_REASONS, latest.left_reason),
    }
    return text.sorted_by(columns, "resident_code")


def _register(city: City, household: Ints, relation: Ints, is_head: Bools, address: Ints) -> dict[str, Text]:
    """All register columns but left_on and left_reason, in person order."""
    people = city.people
    return {
        "resident_code": city.resident_codes,
        "household_code": city.household_codes.take(household),
        "is_head": text.flags(is_head),
        "relationship": text.look_up(RELATIONSHIPS, relation),
        "name_kanji": city.names.kanji(),
        "name_kana": city.names.kana(),
        "sex": text.look_up(_SEXES, people.sex - 1),
        "birth_date": text.iso(people.birth),
        "postal_code": city.addresses.postal_code.take(address),
        "address": city.addresses.address.take(address),
        "ward_code": city.addresses.ward_code.take(address),
        "moved_in_on": text.iso(city.arrivals.day),
        "previous_municipality": text.look_up(ORIGIN_CODES, city.arrivals.origin),
        "nationality": text.look_up(NATIONALITIES, city.names.nationality),
        "protected": text.flags(city.protected),
    }


def tax_roll(city: City) -> dict[str, Text]:
    """tax.csv: the roll of 2021 and some rows of other years, by resident code and year."""
    this_year, earlier = _tax_of_the_year(city), _tax_of_other_years(city)
    columns = {name: text.stacked(this_year[name], earlier[name]) for name in this_year}
    return text.sorted_by(columns, "resident_code", "tax_year")


def _tax_of_the_year(city: City) -> dict[str, Text]:
    roll, persons = city.roll, np.flatnonzero(city.roll.has_row)
    supporter, declared = roll.supporter[persons], roll.declared[persons]
    inside = city.resident_codes.take(np.maximum(supporter, 0))
    elsewhere = text.look_up(("OUTSIDE",), np.where(supporter == OUTSIDE, 0, -1))
    return {
        "resident_code": city.resident_codes.take(persons),
        "tax_year": text.whole(np.full(len(persons), TAX_YEAR)),
        "declared": text.flags(declared),
        "total_income": text.whole(city.incomes.total[persons] * declared),
        "gross_income": text.whole(city.incomes.gross[persons] * declared),
        "income_levy": text.whole(roll.income_levy[persons]),
        "per_capita_levy": text.whole(roll.per_capita_levy[persons]),
        "levy_waived": text.flags(roll.waived[persons]),
        "treaty_exempt": text.flags(roll.treaty[persons]),
        "supporter": text.where(supporter >= 0, inside, elsewhere),
        "supporter_taxed": text.look_up(("0", "1"), roll.supporter_taxed[persons]),
    }


def _tax_of_other_years(city: City) -> dict[str, Text]:
    other = tax.other_years(city.seed, city.roll)
    size = len(other.person)
    income = text.whole(np.where(other.per_capita_levy > 0, 1_500_000 + other.income_levy * 12, 300_000))
    no = text.flags(np.zeros(size, dtype=np.bool_))
    return {
        "resident_code": city.resident_codes.take(other.person),
        "tax_year": text.whole(other.year),
        "declared": text.flags(np.ones(size, dtype=np.bool_)),
        "total_income": income,
        "gross_income": income,
        "income_levy": text.whole(other.income_levy),
        "per_capita_levy": text.whole(other.per_capita_levy),
        "levy_waived": no,
        "treaty_exempt": no,
        "supporter": text.blank(size),
        "supporter_taxed": text.blank(size),
    }


def assistance_rows(city: City) -> dict[str, Text]:
    """assistance.csv, by resident code, kind and start."""
    rows = assistance.rows(
        city.seed,
        city.people,
        welfare=city.welfare,
        incomes=city.incomes,
        has_disability=city.has_disability,
    )
    columns = {
        "resident_code": city.resident_codes.take(rows.person),
        "kind": text.look_up(assistance.ASSISTANCE_KINDS, rows.kind),
        "valid_from": text.iso(rows.valid_from),
        "valid_to": text.iso(rows.valid_to),
    }
    return text.sorted_by(columns, "resident_code", "kind", "valid_from")


def individual_numbers(city: City) -> dict[str, Text]:
    """individual_numbers.csv: everybody of the latest register; a few differ from it in one attribute."""
    people, mismatch = city.people, city.parts.mismatch
    dwelling = np.where(
        mismatch == cast.ADDRESS, (city.latest.address + 1) % people.households, city.latest.address
    )
    birth: Dates = people.birth + (mismatch == cast.BIRTH)
    columns = {
        "resident_code": city.resident_codes,
        "individual_number": city.individual_numbers[: people.count],
        "name_kanji": city.names.with_other_given(mismatch == cast.NAME).kanji(),
        "sex": text.look_up(_SEXES, np.where(mismatch == cast.SEX, 2 - people.sex, people.sex - 1)),
        "birth_date": text.iso(birth),
        "address": city.addresses.address.take(dwelling),
    }
    return text.sorted_by(columns, "resident_code")


def juki(city: City) -> dict[str, Text]:
    """national/juki.csv: everybody with an individual number, here and at the neighbours."""
    codes = numbers.juki_codes(city.seed, len(city.individual_numbers))
    return text.sorted_by({"juki_code": codes, "individual_number": city.individual_numbers}, "juki_code")
