"""STAND-IN until the benefits slice is merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class Programme:
    code: str
    number: int
    name: str
    amount: int
    base_date: date
    tax_year: int
    accepts_from: date
    deadline: date
    transfer_on: date


R3_NONTAXABLE = Programme(
    code="r3-nontaxable",
    number=101,
    name="住民税非課税世帯等に対する臨時特別給付金",
    amount=100_000,
    base_date=date(2021, 12, 10),
    tax_year=2021,
    accepts_from=date(2022, 2, 1),
    deadline=date(2022, 9, 30),
    transfer_on=date(2022, 10, 31),
)


def programme_of(code: str) -> Programme:
    assert code == R3_NONTAXABLE.code
    return R3_NONTAXABLE
