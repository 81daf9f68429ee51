"""The one primitive of the stream codecs: many short runs of an array, copied end to end without a loop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]


def copied(source: NDArray[Any], starts: Places, lengths: Places) -> NDArray[Any]:
    """source[starts[i] : starts[i] + lengths[i]] for every i, end to end."""
    total = int(lengths.sum())
    begun = np.cumsum(lengths) - lengths
    places = np.repeat(starts - begun, lengths)
    places += _counting(total)
    return source.take(places)


_numbers: Places = np.arange(0, dtype=np.int64)


def _counting(total: int) -> Places:
    """0, 1, 2 … of a length, from one array that is kept."""
    global _numbers  # noqa: PLW0603 - a cache that only grows, to the size of the largest block
    if len(_numbers) < total:
        _numbers = np.arange(total, dtype=np.int64)
    return _numbers[:total]
