"""Messages ↔ tables of 自治体中間サーバー: columns of items, staged rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from todoke.contracts.information import TAX_ITEMS, Item
from todoke.kernel.errors import ErrorCode, TodokeError

TEXT = pa.string()
TIME = pa.timestamp("us", tz="UTC")


def texts(values: Sequence[str | None]) -> pa.Array[Any]:
    """A text column."""
    return pa.array(values, TEXT)


def same(value: str | datetime, count: int) -> pa.Array[Any]:
    """A column that says the same on every row."""
    return pa.array([value] * count, TIME if isinstance(value, datetime) else TEXT)


def places(count: int) -> pa.Array[Any]:
    """0, 1, 2 …: the order of a message, so that answers come back in it."""
    return pa.array(range(count), pa.int32())


def item_columns(rows: Sequence[Sequence[Item]]) -> dict[str, pa.Array[Any]]:
    """The 32 item columns. Each row has all of TAX_ITEMS or none; RECORD_INVALID otherwise."""
    if any(len(row) not in (0, len(TAX_ITEMS)) for row in rows):
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"項目の数が {len(TAX_ITEMS)} ではありません")
    columns: dict[str, pa.Array[Any]] = {}
    for place, name in enumerate(TAX_ITEMS):
        columns[name] = texts([row[place].value if row else None for row in rows])
        columns[f"{name}_reason"] = texts([row[place].reason if row else None for row in rows])
    return columns


def items(values: Sequence[Any]) -> tuple[Item, ...]:
    """The items of one row of ITEM_COLUMNS, or none when the row has none."""
    if all(value is None for value in values):
        return ()
    return tuple(map(Item, values[0::2], values[1::2]))
