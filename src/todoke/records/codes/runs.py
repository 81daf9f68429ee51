"""The one primitive of the stream codecs: many short runs of an array, copied end to end without a loop."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]


def copied(source: NDArray[Any], starts: Places, lengths: Places) -> NDArray[Any]:
    """source[starts[i] : starts[i] + lengths[i]] for every i, end to end."""
    if not lengths.all():
        starts, lengths = starts[lengths > 0], lengths[lengths > 0]
    if not len(lengths):
        return source[:0].copy()
    ends = np.cumsum(lengths)
    # from one place to the next it is one step, but at the beginning of a run
    places = np.ones(int(ends[-1]), dtype=np.int64)
    places[0] = starts[0]
    places[ends[:-1]] = starts[1:] - (starts[:-1] + lengths[:-1] - 1)
    return source.take(np.cumsum(places, out=places))
