"""residents_*.csv and daily changes ↔ the typed register of a snapshot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from todoke.records.csv_input import read_checked
from todoke.records.layouts.city_inputs_v2021 import RESIDENTS
from todoke.records.layouts.resident_changes_v2026 import RESIDENT_CHANGES
from todoke.records.ragged import Texts, pc

_DATES = frozenset({"birth_date", "moved_in_on", "left_on", "changed_on"})
_FLAGS = frozenset({"is_head", "protected"})


def read_register(file: Path) -> pa.Table:
    """The register in resident code order: dates as date32, flags as bool, empty cells as null.

    Raises InputRefused with every bad row.
    """
    text = read_checked(file, RESIDENTS)
    register = pa.table({name: typed(name, text[name].combine_chunks()) for name in text.column_names})
    return register.sort_by("resident_code")


def read_changes(file: Path) -> pa.Table:
    """The changes in the order of the file, with `serial` as a number. Raises InputRefused with every bad row."""
    text = read_checked(file, RESIDENT_CHANGES)
    columns = {name: typed(name, text[name].combine_chunks()) for name in text.column_names}
    return pa.table(columns | {"serial": text["serial"].combine_chunks().cast(pa.int64())})


def typed(name: str, cells: Texts) -> pa.Array[Any]:
    """A column of the register in its type: dates, flags, else text; empty cells are null."""
    if name in _FLAGS:
        flags: pa.Array[Any] = pc.equal(cells, "1")
        return flags
    filled: Texts = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    return filled.cast(pa.date32()) if name in _DATES else filled
