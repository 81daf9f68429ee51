"""家計急変の計算: what one declaration comes to in a year, beside the limits; the same numbers as the SQL of hardship.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from todoke.kernel.clock import born_after_for_age_under
from todoke.systems.benefits.rules.hardship import conditions as hardship
from todoke.systems.benefits.rules.programme import Hardship, Programme
from todoke.systems.benefits.rules.tax import income

Figures = Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A month of one person × factor: first as revenue; where that is above its limit, as income."""

    revenue: int
    revenue_limit: int
    income: int
    income_limit: int

    @property
    def within(self) -> bool:
        """Whether the person counts as not taxed."""
        return self.revenue <= self.revenue_limit or self.income <= self.income_limit


def counted(programme: Programme, figures: Figures, born: date | None) -> Counted | None:
    """None when what was declared cannot be judged: a month outside the window, or a kind of income left empty."""
    test = programme.hardship
    if test is None or not _usable(test, figures):
        return None
    dependants, special = figures.get("dependants", 0), figures.get("special", 0) == 1
    most = dependants <= hardship.MOST_DEPENDANTS
    return Counted(
        revenue=sum(figures[kind] for kind in test.incomes) * test.factor,
        revenue_limit=hardship.revenue_limit(test, dependants, special=special) if most else 0,
        income=sum(income_of(kind, programme, figures, born) for kind in test.incomes),
        income_limit=test.limits.income(dependants, special=special),
    )


def _usable(test: Hardship, figures: Figures) -> bool:
    first, last = test.months
    return first <= figures.get("month", 0) <= last and all(kind in figures for kind in test.incomes)


def income_of(kind: str, programme: Programme, figures: Figures, born: date | None) -> int:
    """Income of one kind in a year. LookupError for a programme without a hardship test."""
    test = programme.hardship
    if test is None:
        raise LookupError(f"{programme.code} has no hardship test")
    year = figures[kind] * test.factor
    if kind == "salary":
        return income.income(income.salary_bands(test.salary, test.limits_year), year)
    if kind == "pension":
        young = born_after_for_age_under(hardship.PENSION_AGE, programme.tax_date)
        bands = income.PENSION_UNDER_65 if born and born >= young else income.PENSION_FROM_65
        return income.income(bands, year)
    return max(year - figures.get(hardship.COSTS[kind], 0) * test.factor, 0)
