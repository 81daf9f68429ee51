"""事業 (Programme): everything that differs from one benefit to the next, as dated data with its sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from todoke.systems.benefits.rules.tax_status import TaxStatus


@dataclass(frozen=True, kw_only=True)
class Programme:
    """One benefit. `edition` changes with every change of a value; decisions are sealed with it.

    amount: yen per household. base_date: 基準日 of the register. tax_date: 賦課期日 of `tax_year`. Persons who
    moved in on or after `moved_in_from` have no tax record here. `adult_age`: younger persons without a record
    count as not taxed. `exempt`: statuses that count as not taxed. `sources`: field → where its value is set.
    """

    code: str
    edition: str
    number: int
    name: str
    amount: int
    base_date: date
    tax_year: int
    tax_date: date
    moved_in_from: date
    adult_age: int
    exempt: frozenset[TaxStatus]
    letters_from: date
    accepts_from: date
    deadline: date
    transfer_on: date
    sources: dict[str, str]
