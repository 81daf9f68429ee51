"""家計急変: one month × 12 against the limits, first as revenue, then as income (facts/benefit.md §1.2).

Columns it reads: those of `ITEMS`, null where nothing was declared, and birth_date. Absent is never zero: without all
kinds of income and a month inside the window nothing is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from todoke.kernel.clock import born_after_for_age_under
from todoke.systems.benefits.rules.tax import income

if TYPE_CHECKING:
    from todoke.systems.benefits.rules.programme import Hardship, Programme

INCOMES = ("salary", "business", "property", "pension")
COSTS = {"business": "business_cost", "property": "property_cost"}
ITEMS = ("month", *INCOMES, *COSTS.values(), "dependants", "special")
ITEM_WORDS = {
    "month": "任意の月（西暦年月）", "salary": "給与収入", "business": "事業収入", "property": "不動産収入",
    "pension": "公的年金等収入", "business_cost": "事業の経費", "property_cost": "不動産の経費",
    "dependants": "同一生計配偶者と扶養親族の数", "special": "障害者・未成年者・寡婦・ひとり親",
}  # fmt: skip
PENSION_AGE = 65
MOST_DEPENDANTS = 15


def revenue_limit(hardship: Hardship, dependants: int, *, special: bool = False) -> int:
    """収入の限度額: the salary whose income is just the limit."""
    bands = income.salary_bands(hardship.salary, hardship.limits_year)
    return income.most(bands, hardship.limits.income(dependants, special=special))


def declared(programme: Programme) -> str:
    """Whether a member has declared anything."""
    return " OR ".join(f"{item} IS NOT NULL" for item in _test(programme).incomes)


def usable(programme: Programme) -> str:
    """Whether what was declared can be judged."""
    hardship = _test(programme)
    first, last = hardship.months
    kinds = " AND ".join(f"{item} IS NOT NULL" for item in hardship.incomes)
    return f"(COALESCE(month BETWEEN {first} AND {last}, false) AND {kinds})"


def within(programme: Programme) -> str:
    """Whether the year that the month stands for is not above the limits."""
    return f"({_by_revenue(_test(programme))} OR {_by_income(programme)})"


def _by_revenue(hardship: Hardship) -> str:
    total = "(" + " + ".join(f"{kind} * {hardship.factor}" for kind in hardship.incomes) + ")"
    return f"{total} <= {_revenue_limit_sql(hardship)}"


def _revenue_limit_sql(hardship: Hardship) -> str:
    def cases(*, special: bool) -> str:
        rows = [
            f"WHEN {n} THEN {revenue_limit(hardship, n, special=special)}" for n in range(MOST_DEPENDANTS + 1)
        ]
        return f"CASE COALESCE(dependants, 0) {' '.join(rows)} ELSE 0 END"

    return f"CASE WHEN {_SPECIAL} THEN {cases(special=True)} ELSE {cases(special=False)} END"


_SPECIAL = "COALESCE(special, 0) = 1"


def _by_income(programme: Programme) -> str:
    hardship = _test(programme)
    parts = [_income_of(kind, programme) for kind in hardship.incomes]
    return f"({' + '.join(parts)}) <= {hardship.limits.sql('COALESCE(dependants, 0)', _SPECIAL)}"


def _income_of(kind: str, programme: Programme) -> str:
    hardship = _test(programme)
    year = f"({kind} * {hardship.factor})"
    if kind == "salary":
        return "(" + income.income_sql(income.salary_bands(hardship.salary, hardship.limits_year), year) + ")"
    if kind == "pension":
        young = born_after_for_age_under(PENSION_AGE, programme.tax_date).isoformat()
        under, over = (
            income.income_sql(bands, year) for bands in (income.PENSION_UNDER_65, income.PENSION_FROM_65)
        )
        return f"(CASE WHEN birth_date >= DATE '{young}' THEN {under} ELSE {over} END)"
    costs = f"COALESCE({COSTS[kind]}, 0) * {hardship.factor}"
    return f"GREATEST({year} - {costs}, 0)"


def _test(programme: Programme) -> Hardship:
    if programme.hardship is None:
        raise LookupError(f"{programme.code} has no hardship test")
    return programme.hardship
