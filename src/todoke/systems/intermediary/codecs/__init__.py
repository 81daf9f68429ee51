"""Messages ↔ tables of 自治体中間サーバー: staged rows (`items` and `contents` seal what they say)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

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
