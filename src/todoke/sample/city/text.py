"""Columns of text, built column by column with Arrow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute

from todoke.sample.city.draw import Bools, Dates, Ints

# The stubs know only some argument types of these functions.
pc: Any = pyarrow.compute

# A column of strings. Arrow's stubs make arrays generic, which they are not at run time.
Text: TypeAlias = "pa.Array[Any]"


def look_up(table: Sequence[str], index: Ints) -> Text:
    """The entries of `table` at `index`; empty where the index is negative."""
    entries = pa.array([*table, ""], pa.string())
    return entries.take(np.where(index < 0, len(table), index))


def whole(numbers: Ints) -> Text:
    """Integers in plain digits."""
    return pa.array(numbers).cast(pa.string())


def padded(numbers: Ints, width: int) -> Text:
    """Integers with leading zeros."""
    column: Text = pc.utf8_lpad(whole(numbers), width, "0")
    return column


def flags(values: Bools) -> Text:
    """1 for true, 0 for false."""
    return look_up(("0", "1"), values.astype(np.int64))


def iso(days: Dates) -> Text:
    """YYYY-MM-DD, empty for not-a-date."""
    column: Text = pc.fill_null(pa.array(days.astype("datetime64[D]")).cast(pa.string()), "")
    return column


def joined(*parts: Text | str) -> Text:
    """The parts of each row, end to end."""
    column: Text = pc.binary_join_element_wise(*parts, "")
    return column


def where(condition: Bools, chosen: Text | str, other: Text | str) -> Text:
    """`chosen` where the condition holds, else `other`."""
    column: Text = pc.if_else(pa.array(condition), chosen, other)
    return column


def blank(rows: int) -> Text:
    """A column of empty text."""
    return pa.repeat(pa.scalar("", pa.string()), rows)


def stacked(first: Text, second: Text) -> Text:
    """The rows of `first`, then those of `second`."""
    return pa.concat_arrays([first, second])


def filtered(columns: dict[str, Text], keep: Bools) -> dict[str, Text]:
    """The rows marked."""
    rows = np.flatnonzero(keep)
    return {name: column.take(rows) for name, column in columns.items()}


def sorted_by(columns: dict[str, Text], *names: str) -> dict[str, Text]:
    """All columns in ascending order of the named ones."""
    order = pc.sort_indices(pa.table(columns), sort_keys=[(name, "ascending") for name in names])
    return {name: column.take(order) for name, column in columns.items()}
