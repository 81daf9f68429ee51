"""individual_numbers.csv and numbers ↔ models: typing, sealing and opening."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from django.conf import settings

from todoke.privacy import key_files
from todoke.privacy.sealed_numbers import ColumnSeal
from todoke.records.csv_input import read_checked
from todoke.records.layouts.city_inputs_v2021 import INDIVIDUAL_NUMBERS

KEY_ID = 1
ATTRIBUTES = ("name_kanji", "sex", "birth_date", "address")
_TABLE, _COLUMN = "linkage_individualnumber", "ciphertext"


def read_numbers(file: Path) -> pa.Table:
    """The file by resident code, birth dates typed, with `line` (the header is line 1). Raises InputRefused."""
    text = read_checked(file, INDIVIDUAL_NUMBERS)
    birth_dates = text["birth_date"].cast(pa.date32())
    typed = text.set_column(text.schema.get_field_index("birth_date"), "birth_date", birth_dates)
    lines = pa.array(range(2, text.num_rows + 2), pa.int32())
    return typed.append_column("line", lines).sort_by("resident_code")


def make_keys() -> None:
    """The two key files of 個人番号, unless they are there."""
    for path in _key_paths():
        key_files.make(path)


def number_seal() -> ColumnSeal:
    """The seal of 個人番号; SETUP_MISSING without its keys (a new key could open nothing, so none is made)."""
    index_path, cipher_path = _key_paths()
    return ColumnSeal(
        municipality=settings.TODOKE_MUNICIPALITY,
        table=_TABLE,
        column=_COLUMN,
        key_id=KEY_ID,
        index_key=key_files.read(index_path),
        cipher_key=key_files.read(cipher_path),
    )


def _key_paths() -> tuple[Path, Path]:
    folder, stem = settings.TODOKE_KEYS_FOLDER, f"linkage-{settings.TODOKE_MUNICIPALITY}-number"
    return folder / f"{stem}-index-{KEY_ID}.key", folder / f"{stem}-cipher-{KEY_ID}.key"
