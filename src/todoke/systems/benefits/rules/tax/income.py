"""所得の計算: salary and pension into income (給与所得・公的年金等所得), as bands, in Python and in SQL from one table.

Sources: 所得税法別表第五 and 28条 as in force for tax years R3–R7 and from R8; 35条 for pensions; facts/benefit.md §6
(limits computed there agree with the city pages of 横須賀市 and 大津市).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SalaryMethod(StrEnum):
    """給与所得: by the official table (別表第五, steps of 4,000 yen), or by the simple formula (速算) without steps.

    The two differ by up to 2,857 yen of salary at a limit, so a programme says which one it uses.
    """

    OFFICIAL = "別表第五"
    SIMPLE = "速算式"


@dataclass(frozen=True)
class Band:
    """Money under `below` yen (None: no end): x × hundredths / 100 − minus, rounded up, x in steps of `step`.

    Rounded up, so that a fraction above a limit is above it (facts/benefit.md §6: pensions up to 1,713,333 yen).
    """

    below: int | None
    hundredths: int
    minus: int
    step: int = 1

    def income(self, money: int) -> int:
        """Income of that money."""
        return ((money - money % self.step) * self.hundredths + 99) // 100 - self.minus

    def sql(self, money: str) -> str:
        """The same. A remainder is taken off first: no engine's own rounding is trusted."""
        stepped = f"({money} - {money} % {self.step})" if self.step > 1 else f"({money})"
        product = f"({stepped} * {self.hundredths} + 99)"
        return f"CAST(({product} - {product} % 100) / 100 AS BIGINT) - {self.minus}"


Bands = tuple[Band, ...]

_UPPER_TABLE = (Band(3_600_000, 70, 80_000, 4_000), Band(6_600_000, 80, 440_000, 4_000))
_UPPER_FORMULA = (Band(3_600_000, 70, 80_000), Band(6_600_000, 80, 440_000))
_TOP = (Band(8_500_000, 90, 1_100_000), Band(None, 100, 1_950_000))
_R3_TABLE = (
    Band(551_000, 0, 0), Band(1_619_000, 100, 550_000), Band(1_620_000, 0, -1_069_000), Band(1_622_000, 0, -1_070_000),
    Band(1_624_000, 0, -1_072_000), Band(1_628_000, 0, -1_074_000), Band(1_800_000, 60, -100_000, 4_000),
    *_UPPER_TABLE, *_TOP,
)  # fmt: skip
_R3_FORMULA = (
    Band(550_001, 0, 0), Band(1_625_000, 100, 550_000), Band(1_800_000, 60, -100_000), *_UPPER_FORMULA, *_TOP,
)  # fmt: skip
_R8_TABLE = (Band(651_000, 0, 0), Band(1_900_000, 100, 650_000), *_UPPER_TABLE, *_TOP)
_R8_FORMULA = (Band(650_001, 0, 0), Band(1_900_000, 100, 650_000), *_UPPER_FORMULA, *_TOP)
_PENSION_UPPER = (
    Band(4_100_000, 75, 275_000), Band(7_700_000, 85, 685_000), Band(10_000_000, 95, 1_455_000), Band(None, 100, 1_955_000),
)  # fmt: skip
PENSION_FROM_65: Bands = (Band(1_100_001, 0, 0), Band(3_300_000, 100, 1_100_000), *_PENSION_UPPER)
PENSION_UNDER_65: Bands = (Band(600_001, 0, 0), Band(1_300_000, 100, 600_000), *_PENSION_UPPER)
_FIRST_R3, _FIRST_R8 = 2021, 2026


def salary_bands(method: SalaryMethod, tax_year: int) -> Bands:
    """給与所得 for income of the year before `tax_year`; LookupError before R3 (2021)."""
    if tax_year < _FIRST_R3:
        raise LookupError(f"no salary table for tax year {tax_year}")
    table, formula = (_R3_TABLE, _R3_FORMULA) if tax_year < _FIRST_R8 else (_R8_TABLE, _R8_FORMULA)
    return table if method is SalaryMethod.OFFICIAL else formula


def income(bands: Bands, money: int) -> int:
    """Income of that money."""
    return next(band for band in bands if band.below is None or money < band.below).income(money)


def income_sql(bands: Bands, money: str) -> str:
    """Expression of the income of the expression `money`."""
    *bounded, last = bands
    cases = " ".join(f"WHEN {money} < {band.below} THEN {band.sql(money)}" for band in bounded)
    return f"CASE {cases} ELSE {last.sql(money)} END"


def most(bands: Bands, limit: int) -> int:
    """The largest sum of money whose income does not exceed `limit` (income never falls as money grows)."""
    low, high = 0, 100_000_000
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if income(bands, middle) <= limit else (low, middle - 1)
    return low
