"""支給額の内訳 as SQL (PostgreSQL): the parts of a decided amount, over a decision `d` and the registered programme `p`.

The database checks again that they add up (case_amount_is_sum_of_parts) and are what was decided (case_awarded).
"""

from __future__ import annotations

from typing import Final

PARTS: Final = {
    "base_yen": "CASE WHEN p.own_amounts THEN d.amount_yen ELSE p.amount_yen END",
    "children": "CASE WHEN p.child_yen > 0 THEN (d.amount_yen - p.amount_yen) / p.child_yen ELSE 0 END",
    "child_yen": "p.child_yen",
}
COLUMNS: Final = ", ".join(PARTS)
VALUES: Final = ", ".join(PARTS.values())
ASSIGNED: Final = ", ".join(f"{name} = {value}" for name, value in PARTS.items())
