"""The contracts that 給付管理システム calls: its only door out."""

from __future__ import annotations

from todoke.contracts.inquiry import Inquiries
from todoke.contracts.linkage import Linkage
from todoke.contracts.registry import need
from todoke.contracts.residents import Residents, SnapshotKind, SnapshotRef


def register(kind: SnapshotKind) -> SnapshotRef:
    """The newest sealed register of that kind (住民記録のスナップショット)."""
    return need(Residents).snapshot(kind)


def sealed_register(kind: SnapshotKind, sha256: str) -> SnapshotRef:
    """The register that a decision was made from, by the hash that the decision keeps."""
    return need(Residents).sealed(kind, sha256)


def inquiries() -> Inquiries:
    """税情報一括照会: orders and answer files."""
    return need(Inquiries)


def linkage() -> Linkage:
    """統合番号連携システム: the four attributes behind a 統合番号."""
    return need(Linkage)
