"""The contracts that 給付管理システム calls: its only door out."""

from __future__ import annotations

from collections.abc import Sequence

from todoke.contracts.inquiry import Inquiries
from todoke.contracts.linkage import Linkage
from todoke.contracts.registry import need
from todoke.contracts.residents import LineageStep, Movement, Residents, SnapshotKind, SnapshotRef


def register(kind: SnapshotKind) -> SnapshotRef:
    """The newest sealed register of that kind (住民記録のスナップショット)."""
    return need(Residents).snapshot(kind)


def lineage(household_codes: Sequence[str]) -> list[LineageStep]:
    """世帯の系譜 of these households."""
    return need(Residents).lineage(household_codes)


def movements(resident_codes: Sequence[str]) -> list[Movement]:
    """住民の異動 of these residents."""
    return need(Residents).movements(resident_codes)


def inquiries() -> Inquiries:
    """税情報一括照会: orders and answer files."""
    return need(Inquiries)


def linkage() -> Linkage:
    """統合番号連携システム: the four attributes behind a 統合番号."""
    return need(Linkage)
