"""Random draws for the sample city.

Only integers are drawn: floating-point functions differ between processors in the last place, and one seed
must give the same bytes everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Dates = NDArray[np.datetime64]

# Coprime with 10, so that multiples never meet within 10**digits, and near the golden ratio, so that they spread.
_STEPS = {9: 618_033_989, 10: 6_180_339_887, 11: 61_803_398_873}


def stream(seed: int, subject: str) -> np.random.Generator:
    """A generator of its own for each subject, so that a change in one leaves the others' draws alone."""
    return np.random.default_rng(np.random.SeedSequence([seed, *subject.encode()]))


def weighted(rng: np.random.Generator, size: int, weights: Sequence[int]) -> Ints:
    """`size` independent indexes into `weights`."""
    bounds = np.cumsum(weights)
    return _index(bounds, rng.integers(0, bounds[-1], size))


def weighted_by_row(rng: np.random.Generator, table: Ints) -> Ints:
    """One index per row of `table`, whose rows are weights. Shape (n, k) in, (n,) out."""
    bounds = table.cumsum(axis=1)
    above: Bools = rng.integers(0, bounds[:, -1])[:, None] >= bounds
    index: Ints = above.sum(axis=1, dtype=np.int64)
    return index


def spread(rng: np.random.Generator, size: int, weights: Sequence[int]) -> Ints:
    """Like `weighted`, but every index gets its exact share (to within one), in random order."""
    bounds = np.cumsum(weights)
    place = (2 * rng.permutation(size) + 1) * bounds[-1] // (2 * max(size, 1))
    return _index(bounds, place)


def _index(bounds: Ints, place: Ints) -> Ints:
    found: Ints = np.searchsorted(bounds, place, side="right").astype(np.int64)
    return found


def chance(rng: np.random.Generator, size: int, per_10k: int | Ints) -> Bools:
    """True for about `per_10k` of 10,000."""
    hit: Bools = rng.integers(0, 10_000, size) < per_10k
    return hit


def some(rng: np.random.Generator, mask: Bools, count: int) -> Ints:
    """At most `count` distinct row numbers where `mask` is true, in random order."""
    return rng.permutation(np.flatnonzero(mask))[: max(count, 0)]


def days(
    rng: np.random.Generator, first: Dates | np.datetime64, last: Dates | np.datetime64, size: int
) -> Dates:
    """A day from `first` to `last`, both included, for each row."""
    span = np.maximum((last - first).astype(np.int64), 0)
    return np.broadcast_to(first, size) + rng.integers(0, span + 1, size)


def scatter(rng: np.random.Generator, count: int, *, digits: int) -> Ints:
    """`count` distinct numbers below 10**digits in random order; `digits` is 9, 10 or 11.

    Shuffled, because one such number must not tell anything about another one of the same person.
    """
    start = rng.integers(0, 10**digits)
    return rng.permutation((np.arange(count, dtype=np.int64) * _STEPS[digits] + start) % 10**digits)


def share(total: int, per_10k: int, *, least: int = 0) -> int:
    """`per_10k` of 10,000 of `total`, rounded, but not below `least`."""
    return max(least, (total * per_10k + 5_000) // 10_000)
