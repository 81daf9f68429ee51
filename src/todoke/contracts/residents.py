"""What 住民記録システム (the part this duty uses) offers inside the city."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from todoke.contracts.people import BasicAttributes


class SnapshotKind(StrEnum):
    """The two registers that a decision needs (PIA I.2 システム1 (1))."""

    BASE = "base"  # 基準日時点
    LATEST = "latest"  # 最新


class SnapshotRef(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed Parquet file with the columns of residents_*.csv, typed (dates, booleans).

    `as_of`: the day that it shows; `sealed_at`: when it came in. None where nobody wrote it down, which counts as old.
    """

    snapshot_id: str
    kind: SnapshotKind
    as_of: date
    path: str
    sha256: str
    rows: int
    sealed_at: datetime | None = None


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """住基個人コード ↔ 現住所区, 前住所コード, 4情報 of one resident, from the latest register (PIA システム4)."""

    resident_code: str
    ward_code: str
    previous_municipality: str
    attributes: BasicAttributes


class LineageReason(StrEnum):
    """How a household came out of another one (世帯の系譜)."""

    SPLIT = "split"  # 分離: 一部が新しい世帯を作った
    JOINED = "joined"  # 一部が既にある別の世帯に入った
    RENUMBERED = "renumbered"  # 全員が新しい世帯コードになった
    MERGED = "merged"  # 全員が別の世帯に入った
    NEW_HEAD = "new_head"  # 世帯主が替わった
    HEAD_DIED = "head_died"  # 世帯主が亡くなり、替わった
    HEAD_LEFT = "head_left"  # 世帯主が転出または別の世帯に移り、替わった
    ENDED = "ended"  # 全員が死亡または転出した


class LineageStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a household's lineage. `successor_code` is the household itself for a change of head, "" when it ended.

    Heads are resident codes, "" where there is none.
    """

    household_code: str
    successor_code: str
    happened_on: date
    reason: LineageReason
    members: int
    former_head: str
    new_head: str


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one resident: where they were before ("" when they were not registered) and after, and since when."""

    resident_code: str
    kind: str
    changed_on: date
    household_before: str
    household_after: str
    ward_before: str
    ward_after: str
    address_before: str
    address_after: str
    name_before: str
    name_after: str
    previous_municipality: str
    left_on: date | None


class Residents(Protocol):
    """住民記録システム as its siblings see it."""

    def snapshot(self, kind: SnapshotKind) -> SnapshotRef:
        """The newest sealed snapshot of that kind; NOT_FOUND when none was imported."""

    def sealed(self, kind: SnapshotKind, sha256: str) -> SnapshotRef:
        """The snapshot of that kind whose file has that hash, as a decision names it; NOT_FOUND when there is none (any more)."""

    def origins(self, resident_codes: Sequence[str]) -> list[Origin]:
        """One entry per code found, ordered by resident code; unknown codes are absent."""

    def take_register(
        self, *, kind: SnapshotKind, sealed: str, sha256: str, source_sha256: str, as_of: date, by: str
    ) -> SnapshotRef:
        """The checked and confirmed register in the Parquet file `sealed` becomes the newest of its kind, all at once.

        The same content for the same day is the same snapshot. `by`: the member of staff who takes it in. Errors:
        INPUT_CHANGED unless the file has that SHA-256; STATE_CONFLICT when a newer one of the kind is in use.
        """

    def lineage(self, household_codes: Sequence[str]) -> list[LineageStep]:
        """Every step of the families of these households, by day: all households that one of them came out of or went into
        by a split, a new number or a merger, and what happened to those. Steps that join only one member lead no further."""

    def families(self, household_codes: Sequence[str]) -> dict[str, str]:
        """Each of these households → the name of its family, one and the same for all households that came out of each other
        by a split, a new number or a merger (the lowest of their codes): what is paid once is paid once to a family."""

    def movements(self, resident_codes: Sequence[str]) -> list[Movement]:
        """The changes of these residents, oldest first; nobody's for unknown codes."""
