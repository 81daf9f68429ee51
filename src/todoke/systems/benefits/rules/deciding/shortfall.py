"""調整給付 2024 (定額減税しきれない額): per person, by SQL over the declared figures; rounded up to 10,000 yen.

[K] facts/benefit.md §1.4: 30,000 yen of income tax and 10,000 yen of 所得割 per head (the person and dependants).
"""

from __future__ import annotations

from collections.abc import Mapping

ITEMS = ("income_tax", "income_levy_before", "dependants")
ITEM_WORDS = {
    "income_tax": "令和6年分推計所得税額",
    "income_levy_before": "定額減税前の所得割額",
    "dependants": "同一生計配偶者と扶養親族の数",
}
_INCOME_TAX, _LEVY, _STEP = 30_000, 10_000, 10_000


def known() -> str:
    """Whether all amounts are there."""
    return "(income_tax IS NOT NULL AND income_levy_before IS NOT NULL AND dependants IS NOT NULL)"


def yen() -> str:
    """What the reduction could not take off, in steps; null when an amount is not known."""
    heads = "(1 + dependants)"
    left = f"(GREATEST({_INCOME_TAX} * {heads} - income_tax, 0) + GREATEST({_LEVY} * {heads} - income_levy_before, 0))"
    return f"CASE WHEN {known()} THEN ({left} + {_STEP - 1}) - ({left} + {_STEP - 1}) % {_STEP} END"


def of(figures: Mapping[str, int]) -> int | None:
    """The same for one person; None when an amount is not known."""
    if not figures.keys() >= set(ITEMS):
        return None
    heads = 1 + figures["dependants"]
    left = max(_INCOME_TAX * heads - figures["income_tax"], 0) + max(
        _LEVY * heads - figures["income_levy_before"], 0
    )
    return -(-left // _STEP) * _STEP
