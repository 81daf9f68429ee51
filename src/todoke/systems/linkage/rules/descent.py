"""照合の降下: from buckets that differ to the persons in them, as pure comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeVar

LEVELS: Final = (2, 3, 4)
"""Hex digits of the buckets that are compared in turn, before single persons are."""

V = TypeVar("V")


def differing(ours: Mapping[str, V], theirs: Mapping[str, V]) -> list[str]:
    """The keys under which the two sides do not say the same, in order."""
    return sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))


def groups(prefixes: Sequence[str], depth: int, limit: int) -> Iterator[list[str]]:
    """The prefixes in pieces whose buckets at `depth` fit into one message of `limit` records."""
    if not prefixes:
        return
    size = max(1, limit // 16 ** max(0, depth - len(prefixes[0])))
    for start in range(0, len(prefixes), size):
        yield list(prefixes[start : start + size])


def kind_of(ours: bytes | None, theirs: bytes | None, *, under_way: bool) -> str | None:
    """How one copy differs: `missing`, `surplus`, `different`; `stale` while a newer registration is under way."""
    if ours == theirs:
        return None
    if under_way:
        return "stale"
    if theirs is None:
        return "missing"
    return "surplus" if ours is None else "different"
