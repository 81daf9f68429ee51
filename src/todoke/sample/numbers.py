"""Many invented persons with 個人番号, as the file of the first registration: made by columns, not one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from todoke.identifiers import individual_number
from todoke.records.ragged import Texts
from todoke.sample import matching

_BODIES = 10**11
_STEP, _START = 7_919_000_021, 12_345_678_901  # prime to 10^11: no body comes twice


def write(persons: int, seed: int, path: Path) -> None:
    """individual_numbers.csv of so many persons. The same numbers give the same file."""
    people = matching.invent(persons, 100, seed).register
    table = pa.table(
        {
            "resident_code": _digits(np.arange(persons, dtype=np.int64), 10),
            "individual_number": _individual_numbers(persons),
            **{name: people[name] for name in ("name_kanji", "sex", "birth_date", "address")},
        }
    )
    arrow_csv.write_csv(table, path, arrow_csv.WriteOptions(quoting_style="needed"))


def _individual_numbers(count: int) -> Texts:
    bodies = (np.arange(count, dtype=object) * _STEP + _START) % _BODIES
    digits = bodies.astype(np.int64)[:, None] // 10 ** np.arange(10, -1, -1, dtype=np.int64) % 10
    return _texts(np.column_stack((digits, individual_number.check_digits(digits))))


def _digits(values: np.ndarray, length: int) -> Texts:
    return _texts(values[:, None] // 10 ** np.arange(length - 1, -1, -1, dtype=np.int64) % 10)


def _texts(digits: np.ndarray) -> Texts:
    cells = (digits.astype(np.uint8) + ord("0")).astype(np.uint8)
    made: Texts = pa.array(cells.view(f"S{digits.shape[1]}").ravel()).cast(pa.string())
    return made
