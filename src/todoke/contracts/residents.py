"""What 住民記録システム (the part this duty uses) offers inside the city."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Protocol

import msgspec

from todoke.contracts.people import BasicAttributes


class SnapshotKind(StrEnum):
    """The two registers that a decision needs (PIA I.2 システム1 (1))."""

    BASE = "base"  # 基準日時点
    LATEST = "latest"  # 最新


class SnapshotRef(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed Parquet file with the columns of residents_*.csv, typed (dates, booleans)."""

    snapshot_id: str
    kind: SnapshotKind
    as_of: date
    path: str
    sha256: str
    rows: int


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """住基個人コード ↔ 現住所区, 前住所コード, 4情報 of one resident, from the latest register (PIA システム4)."""

    resident_code: str
    ward_code: str
    previous_municipality: str
    attributes: BasicAttributes


class Residents(Protocol):
    """住民記録システム as its siblings see it."""

    def snapshot(self, kind: SnapshotKind) -> SnapshotRef:
        """The newest sealed snapshot of that kind; NOT_FOUND when none was imported."""

    def sealed(self, kind: SnapshotKind, sha256: str) -> SnapshotRef:
        """The snapshot of that kind whose file has that hash, as a decision names it; NOT_FOUND when there is none (any more)."""

    def origins(self, resident_codes: Sequence[str]) -> list[Origin]:
        """One entry per code found, ordered by resident code; unknown codes are absent."""
