"""Columns of text, built column by column with Arrow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from todoke.sample.city.draw import Bools, Dates, Ints

Text = pa.Array


def look_up(table: Sequence[str], index: Ints) -> Text:
    """The entries of `table` at `index`; empty where the index is negative."""
    entries = pa.array([*table, ""], pa.string())
    return entries.take(pa.array(np.where(index < 0, len(table), index)))


def whole(numbers: Ints) -> Text:
    """Integers in plain digits."""
    return pa.array(numbers).cast(pa.string())


def padded(numbers: Ints, width: int) -> Text:
    """Integers with leading zeros."""
    return pc.utf8_lpad(whole(numbers), width, "0")


def flags(values: Bools) -> Text:
    """1 for true, 0 for false."""
    return look_up(("0", "1"), values.astype(np.int64))


def iso(days: Dates) -> Text:
    """YYYY-MM-DD, empty for not-a-date."""
    return pc.fill_null(pa.array(days.astype("datetime64[D]")).cast(pa.string()), "")


def joined(*parts: Text | str) -> Text:
    """The parts of each row, end to end."""
    return pc.binary_join_element_wise(*parts, "")


def where(condition: Bools, chosen: Text | str, other: Text | str) -> Text:
    """`chosen` where the condition holds, else `other`."""
    return pc.if_else(pa.array(condition), chosen, other)


def blank(rows: int) -> Text:
    """A column of empty text."""
    return pa.repeat(pa.scalar("", pa.string()), rows)
