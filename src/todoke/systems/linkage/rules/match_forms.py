"""4情報の比較形 as columns: what is stored beside each person, and made of each query, for the search of candidates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pyarrow as pa

from todoke.records.attributes import birth_dates, columns, sexes
from todoke.records.attributes.variants import EDITION
from todoke.records.ragged import Texts, pc

FORMS: Final = ("name", "sex", "birth_date", "birth_month", "address", "town")
"""Columns of the result; null where an attribute is absent or not fully known."""

STORED: Final = "name, sex, birth_date, address, town, edition"
"""Columns of the table of forms; `birth_month` follows from the date."""
ON_CONFLICT: Final = f"""
ON CONFLICT (person_id) DO UPDATE
SET ({STORED}) = ({", ".join(f"excluded.{name}" for name in STORED.split(", "))})
WHERE ({", ".join(f"linkage_matchform.{name}" for name in STORED.split(", "))})
      IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in STORED.split(", "))})
"""

_HOMES: Final = {"14100": ("神奈川県", "横浜市")}


def home(municipality: str) -> tuple[str, ...]:
    """Prefecture and city that people leave out of an address there; empty for a city that is not listed."""
    return _HOMES.get(municipality, ())


def stored(table: pa.Table, home: Sequence[str]) -> pa.Table:
    """STORED for the rows of a table as `of` takes it."""
    forms = of(table, home).drop_columns(["birth_month"])
    return forms.append_column("edition", pa.repeat(EDITION, table.num_rows))


def of(table: pa.Table, home: Sequence[str]) -> pa.Table:
    """FORMS of a table with `name_kanji`, `sex`, `birth_date` (date or text in any usual writing) and `address`."""
    address = columns.addresses_table(_column(table, "address"), home)
    birth, month = _birth(_column(table, "birth_date"))
    return pa.table(
        {
            "name": _absent(columns.names_column(_column(table, "name_kanji"))),
            "sex": _absent(_distinct(_column(table, "sex"), lambda text: sexes.sex(text).text)),
            "birth_date": birth,
            "birth_month": month,
            "address": _absent(_column(address, "address")),
            "town": _absent(_column(address, "town")),
        }
    )


def _column(table: pa.Table, name: str) -> Texts:
    return table[name].combine_chunks()


def _birth(column: Texts) -> tuple[Texts, Texts]:
    """Dates and first days of their months; null where that much is not known, since 不詳 equals nothing."""
    if pa.types.is_date32(column.type):
        return column, pc.cast(pc.floor_temporal(column, unit="month"), pa.date32())
    forms = _distinct(column, lambda text: birth_dates.birth_date(text).text)
    whole = _distinct(forms, lambda form: form if birth_dates.is_complete(form) else "")
    month = _distinct(forms, lambda form: form[:8] + "01" if form and form[5:7] != "00" else "")
    return _absent(whole).cast(pa.date32()), _absent(month).cast(pa.date32())


def _distinct(texts: Texts, work: Callable[[str], str]) -> Texts:
    """`work` on each distinct text; null counts as empty."""
    coded = pc.dictionary_encode(pc.fill_null(texts, ""))
    made = pa.array([work(str(text)) for text in coded.dictionary.to_pylist()], pa.string())
    return made.take(coded.indices)


def _absent(texts: Texts) -> Texts:
    present: Texts = pc.if_else(pc.equal(texts, ""), None, texts)
    return present
