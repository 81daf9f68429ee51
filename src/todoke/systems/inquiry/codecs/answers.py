"""他市転入者出力レコード (items 24–64)."""

from __future__ import annotations

import pyarrow as pa

from todoke.contracts.information import TAX_ITEMS
from todoke.records.fields import Kind
from todoke.records.layouts import inquiry_answer_v2021 as answers

assert answers.ITEMS == TAX_ITEMS


def answer_bytes(table: pa.Table) -> bytes:
    """Answer records: `table` has ANSWER's columns as text; amounts and counts become numbers here."""
    for name, placed in answers.ANSWER.columns.items():
        if placed.field.kind is Kind.NUMBER:
            place = table.schema.get_field_index(name)
            table = table.set_column(place, name, table[name].cast(pa.int64()))
    return answers.encode(table)
