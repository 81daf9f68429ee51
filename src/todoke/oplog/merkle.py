"""Merkle trees of RFC 6962 (certificate transparency), and nothing cleverer: root, growth and consistency proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

EMPTY: Final = hashlib.sha256(b"").digest()
"""The root of the tree of no leaves."""


def leaf_hash(data: bytes) -> bytes:
    """SHA256(0x00 ‖ data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """SHA256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes. Level by level; a last one without a neighbour moves up as it is."""
    if not leaves:
        return EMPTY
    sha256, level = hashlib.sha256, list(leaves)
    while len(level) > 1:
        pairs = [sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            pairs.append(level[-1])
        level = pairs
    return level[0]


class Frontier:
    """A tree that only grows: the roots of its full subtrees (log n hashes), largest first."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []
        for item in leaves:
            self.append(item)

    def append(self, hashed: bytes) -> None:
        """Add one leaf hash."""
        size, top = 1, hashed
        while self._peaks and self._peaks[-1][0] == size:
            _, left = self._peaks.pop()
            size, top = size * 2, node(left, top)
        self._peaks.append((size, top))
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self._peaks:
            return EMPTY
        top = self._peaks[-1][1]
        for _, left in reversed(self._peaks[:-1]):
            top = node(left, top)
        return top


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def consistency(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Proof that the tree of the first `old` leaves is a beginning of the whole (RFC 6962 §2.1.2).

    Raises ValueError unless 0 < old ≤ number of leaves; empty when they are equal.
    """
    if not 0 < old <= len(leaves):
        raise ValueError("no such older tree")
    return _subproof(leaves, old, whole=True)


def _subproof(leaves: Sequence[bytes], old: int, *, whole: bool) -> list[bytes]:
    size = len(leaves)
    if old == size:
        return [] if whole else [root(leaves)]
    middle = _split(size)
    if old <= middle:
        return [*_subproof(leaves[:middle], old, whole=whole), root(leaves[middle:])]
    return [*_subproof(leaves[middle:], old - middle, whole=False), root(leaves[:middle])]


def is_consistent(*, old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree (new, new_root) begins with (old, old_root) (RFC 9162 §2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return False
    steps = list(proof)
    if old & (old - 1) == 0:
        steps.insert(0, old_root)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    left = right = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            left, right = node(step, left), node(step, right)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            right = node(right, step)
        at, last = at >> 1, last >> 1
    return last == 0 and left == old_root and right == new_root
