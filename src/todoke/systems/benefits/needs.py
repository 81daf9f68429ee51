"""The contracts that 給付管理システム calls: its only door out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from todoke.contracts.inquiry import Inquiries
from todoke.contracts.linkage import Linkage
from todoke.contracts.registry import need
from todoke.contracts.residents import LineageStep, Movement, Residents, SnapshotKind, SnapshotRef
from todoke.kernel.errors import ErrorCode, TodokeError


def register(kind: SnapshotKind) -> SnapshotRef:
    """The newest sealed register of that kind (住民記録のスナップショット)."""
    return need(Residents).snapshot(kind)


def newest_register(kind: SnapshotKind) -> SnapshotRef | None:
    """The same; None before the first."""
    try:
        return register(kind)
    except TodokeError as error:
        if error.code is not ErrorCode.NOT_FOUND:
            raise
        return None


def sealed_register(kind: SnapshotKind, sha256: str) -> SnapshotRef:
    """The register that a decision was made from, by the hash that the decision keeps."""
    return need(Residents).sealed(kind, sha256)


def lineage(household_codes: Sequence[str]) -> list[LineageStep]:
    """世帯の系譜 of these households."""
    return need(Residents).lineage(household_codes)


def families(household_codes: Sequence[str]) -> dict[str, str]:
    """Each household → the name of its family: one payment to a household is one to every household of its family."""
    return need(Residents).families(household_codes)


def movements(resident_codes: Sequence[str]) -> list[Movement]:
    """住民の異動 of these residents."""
    return need(Residents).movements(resident_codes)


def inquiries() -> Inquiries:
    """税情報一括照会: orders and answer files."""
    return need(Inquiries)


def linkage() -> Linkage:
    """統合番号連携システム: the four attributes behind a 統合番号."""
    return need(Linkage)


def take_register(
    *, kind: SnapshotKind, sealed: Path, sha256: str, source_sha256: str, as_of: date, by: str
) -> SnapshotRef:
    """住民記録システム takes in a register that was checked and confirmed here."""
    return need(Residents).take_register(
        kind=kind, sealed=str(sealed), sha256=sha256, source_sha256=source_sha256, as_of=as_of, by=by
    )
