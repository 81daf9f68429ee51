"""個人住民税 from incomes: who is exempt, the 所得割 and the 均等割.

Limits: Yokohama, tax year R3, and the same first-grade area everywhere else (facts/benefit.md §6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from todoke.sample.city.draw import Bools, Ints
from todoke.sample.city.incomes import ELDERLY, GENERAL, SPECIFIC, SPOUSE, Incomes

# 市民税均等割 of R3: 3,000 (地方税法 310条) and 500 (復興財源の臨時特例法, H26 to R5); Yokohama adds 900
# (横浜みどり税条例).
STANDARD_PER_CAPITA = 3_500
YOKOHAMA_PER_CAPITA = 4_400
# Share of the 10 % income levy that goes to the municipality: designated cities 8, others and 税源移譲前 6.
DESIGNATED_RATE, ORDINARY_RATE = 8, 6


@dataclass(frozen=True, kw_only=True)
class Levies:
    """Per person, in yen: 所得割 after credits, the two credits at that rate; whether 均等割 is due."""

    income_levy: Ints
    housing_credit: Ints
    donation_credit: Ints
    per_capita_due: Bools


def assess(incomes: Incomes, rate: int) -> Levies:
    """The levies on everybody at `rate` per cent."""
    counts = incomes.dependants
    number = counts.sum(axis=1)
    with_family = 350_000 * (1 + number) + 100_000
    per_capita_limit = np.where(number > 0, with_family + 210_000, 450_000)
    income_limit = np.where(number > 0, with_family + 320_000, 450_000)
    exempt = (incomes.total <= per_capita_limit) | incomes.special & (incomes.total <= 1_350_000)
    deductions = (
        430_000
        + 330_000 * (counts[:, GENERAL] + counts[:, SPOUSE])
        + 450_000 * counts[:, SPECIFIC]
        + 380_000 * counts[:, ELDERLY]
        + incomes.social_insurance
    )
    taxable = np.maximum(incomes.gross - deductions, 0) // 1_000 * 1_000
    housing, donation = incomes.housing * rate // 10, incomes.donation * rate // 10
    # 調整控除 is a lump sum here: 2,500 at the full rate
    levy = (taxable * rate // 100 - 2_500 * rate // 10 - housing - donation) // 100 * 100
    free = exempt | (incomes.gross <= income_limit)
    return Levies(
        income_levy=np.where(free, 0, np.maximum(levy, 0)),
        housing_credit=np.where(free, 0, housing),
        donation_credit=np.where(free, 0, donation),
        per_capita_due=~exempt,
    )
