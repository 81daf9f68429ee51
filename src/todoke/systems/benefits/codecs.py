"""Files of other departments and answer files ↔ the typed tables that a decision reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from todoke.records.csv_input import read_checked
from todoke.records.layouts import inquiry_answer_v2021
from todoke.records.layouts.city_inputs_v2021 import ASSISTANCE, TAX

pc: Any = pyarrow.compute
_YEN = frozenset({"total_income", "gross_income", "income_levy", "per_capita_levy"})
_FLAGS = frozenset({"declared", "levy_waived", "treaty_exempt", "supporter_taxed"})
_DATES = frozenset({"valid_from", "valid_to"})


def read_tax(file: Path) -> pa.Table:
    """課税情報 ordered by resident: yen as int64, flags as bool, empty cells as null — never zero.

    Raises InputRefused with every bad row.
    """
    return _typed(read_checked(file, TAX)).sort_by([("resident_code", "ascending"), ("tax_year", "ascending")])


def read_assistance(file: Path) -> pa.Table:
    """付帯状況 ordered by resident: dates as date32, an open end as null. Raises InputRefused."""
    return _typed(read_checked(file, ASSISTANCE)).sort_by([("resident_code", "ascending"), ("kind", "ascending")])


def read_answers(files: Sequence[Path]) -> pa.Table:
    """他市転入者出力レコード of all files: text as it came, absent as null. Raises InputRefused."""
    return pa.concat_tables(inquiry_answer_v2021.decode(file.read_bytes(), file=file.name) for file in files)


def _typed(text: pa.Table) -> pa.Table:
    return pa.table({name: _column(name, text[name].combine_chunks()) for name in text.column_names})


def _column(name: str, cells: Any) -> Any:
    filled = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    if name in _YEN:
        return pc.cast(filled, pa.int64())
    if name in _FLAGS:
        return pc.equal(filled, "1")
    return pc.cast(filled, pa.date32()) if name in _DATES else filled
