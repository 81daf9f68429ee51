"""individual_numbers.csv and numbers ↔ models: typing, sealing and opening."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from django.conf import settings

from todoke.contracts.information import TAX_ITEMS
from todoke.privacy import key_sets, wrapping
from todoke.privacy.key_sets import Column, KeySet
from todoke.privacy.wrapping import Wrapper
from todoke.records.csv_input import read_checked
from todoke.records.layouts.city_inputs_v2021 import INDIVIDUAL_NUMBERS

ATTRIBUTES = ("name_kanji", "sex", "birth_date", "address")
_TABLE, _COLUMN = "linkage_individualnumber", "ciphertext"


def read_numbers(file: Path) -> pa.Table:
    """The file by resident code, birth dates typed, with `line` (the header is line 1). Raises InputRefused."""
    text = read_checked(file, INDIVIDUAL_NUMBERS)
    birth_dates = text["birth_date"].cast(pa.date32())
    typed = text.set_column(text.schema.get_field_index("birth_date"), "birth_date", birth_dates)
    lines = pa.array(range(2, text.num_rows + 2), pa.int32())
    return typed.append_column("line", lines).sort_by("resident_code")


ResultRow = tuple[str, str, str, str, Sequence[str | None] | None, Sequence[str | None] | None]
"""Record id, 統合番号, outcome, error, values, reasons."""


def results_table(rows: Sequence[ResultRow]) -> pa.Table:
    """Results as they go back by file (layout query_results): values, then the reasons of their absence."""
    columns = list(zip(*rows, strict=True))
    nothing: tuple[None, ...] = (None,) * len(TAX_ITEMS)
    values, reasons = (list(zip(*(row or nothing for row in column), strict=True)) for column in columns[4:])
    names = ("record_id", "integrated_number", "outcome", "error")
    named = dict(zip(names, columns[:4], strict=True))
    named |= dict(zip(TAX_ITEMS, values, strict=True))
    named |= {f"{name}_reason": column for name, column in zip(TAX_ITEMS, reasons, strict=True)}
    return pa.table({name: pa.array(column, pa.string()) for name, column in named.items()})


def make_keys() -> None:
    """The first generation of the keys of 個人番号, and the municipality's key, unless they are there."""
    path, column, wrapper = _keys()
    key_sets.make(path, column, wrapper)


def number_keys() -> KeySet:
    """The generations of the keys of 個人番号; SETUP_MISSING without them (new keys could open nothing, so none are made)."""
    path, column, wrapper = _keys()
    return key_sets.read(path, column, wrapper)


def add_keys() -> int:
    """A new generation, in which every number is sealed from now on; returns its id."""
    path, column, wrapper = _keys()
    return key_sets.add(path, column, wrapper)


def destroy_older_keys(key_id: int) -> int:
    """Destroy every generation older than `key_id`; returns how many."""
    path, column, _ = _keys()
    return key_sets.destroy_older(path, column, key_id)


def _keys() -> tuple[Path, Column, Wrapper]:
    folder, municipality = settings.TODOKE_KEYS_FOLDER, settings.TODOKE_MUNICIPALITY
    column = Column(municipality=municipality, table=_TABLE, column=_COLUMN)
    return folder / f"linkage-{municipality}-number.keys", column, wrapping.of(folder, municipality)
