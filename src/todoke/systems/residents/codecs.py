"""residents_*.csv ↔ the typed register of a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from todoke.records.csv_input import read_checked
from todoke.records.layouts.city_inputs_v2021 import RESIDENTS

pc: Any = pyarrow.compute
_DATES = frozenset({"birth_date", "moved_in_on", "left_on"})
_FLAGS = frozenset({"is_head", "protected"})


def read_register(file: Path) -> pa.Table:
    """The register in resident code order: dates as date32, flags as bool, empty cells as null.

    Raises InputRefused with every bad row.
    """
    text = read_checked(file, RESIDENTS)
    typed = pa.table({name: _typed(name, text[name].combine_chunks()) for name in text.column_names})
    return typed.sort_by("resident_code")


def _typed(name: str, cells: Any) -> Any:
    if name in _FLAGS:
        return pc.equal(cells, "1")
    filled = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    return pc.cast(filled, pa.date32()) if name in _DATES else filled
