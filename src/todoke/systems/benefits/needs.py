"""What the benefits system asks of its siblings: one small function per need."""

from __future__ import annotations

from todoke.contracts.registry import need
from todoke.contracts.residents import Residents, SnapshotKind, SnapshotRef


def register(kind: SnapshotKind) -> SnapshotRef:
    """The newest sealed register of that kind (住民記録のスナップショット)."""
    return need(Residents).snapshot(kind)
