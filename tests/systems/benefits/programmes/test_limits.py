"""The public limits tables (facts/benefit.md §6), line by line, and that SQL and Python count alike."""

from itertools import pairwise

import pytest

from tests.systems.benefits.programmes.cases import FOLDER
from todoke.engine import duck
from todoke.systems.benefits.rules.tax import income, limits
from todoke.systems.benefits.rules.tax.income import SalaryMethod

_TABLE = [
    [cell.strip() for cell in line.strip().strip("|").split("|")]
    for line in (FOLDER / "limits.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and line[2].isdigit()
]
PER_CAPITA, LEVY = [row for row in _TABLE if len(row) > 2], [row for row in _TABLE if len(row) == 2]
_BANDS = (
    income.salary_bands(SalaryMethod.OFFICIAL, 2021),
    income.salary_bands(SalaryMethod.SIMPLE, 2025),
    income.salary_bands(SalaryMethod.OFFICIAL, 2026),
    income.PENSION_FROM_65,
    income.PENSION_UNDER_65,
)


@pytest.mark.parametrize("row", PER_CAPITA, ids=lambda row: "-".join(row[:2]))
def test_per_capita(row: list[str]) -> None:
    grade, dependants, limit, *moneys = row
    special = dependants == "障害者等"
    found = limits.per_capita(int(grade), 2021).income(0 if special else int(dependants), special=special)
    assert f"{found:,}" == limit
    for bands, money in zip(_BANDS, moneys, strict=True):
        assert money in ("－", f"{income.most(bands, found):,}")


@pytest.mark.parametrize("row", LEVY, ids=lambda row: row[0])
def test_income_levy(row: list[str]) -> None:
    assert f"{limits.income_levy(2021).income(int(row[0])):,}" == row[1]


def test_until_r2_a_hundred_thousand_less() -> None:
    assert limits.per_capita(1, 2020).income(0) == 350_000
    assert limits.per_capita(1, 2020).income(0, special=True) == 1_250_000


@pytest.mark.parametrize("bands", _BANDS, ids=range(len(_BANDS)))
def test_sql_counts_like_python(bands: income.Bands) -> None:
    edges = [band.below for band in bands if band.below is not None]
    moneys = sorted(
        {
            money + n
            for money in (0, *edges, 1_713_333, 2_057_142, 2_063_999)
            for n in range(-3, 4)
            if money + n >= 0
        }
    )
    listed = ", ".join(f"({money})" for money in moneys)
    query = f"SELECT {income.income_sql(bands, 'm')} FROM (VALUES {listed}) AS t(m) ORDER BY m"
    with duck.connect() as connection:
        found = [row[0] for row in connection.execute(query).fetchall()]
    assert found == [income.income(bands, money) for money in moneys]
    assert all(income.income(bands, a) <= income.income(bands, b) for a, b in pairwise(moneys))
