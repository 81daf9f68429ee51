"""The door of 住民記録システム: contracts.residents.Residents."""

from __future__ import annotations

from collections.abc import Sequence

from todoke.contracts.residents import LineageStep, Movement, Origin, SnapshotKind, SnapshotRef
from todoke.systems.residents import queries


class ResidentRegister:
    """Implements `Residents` on the database `residents`."""

    def snapshot(self, kind: SnapshotKind) -> SnapshotRef:
        """The newest sealed snapshot of that kind; NOT_FOUND when none was imported."""
        return queries.newest_snapshot(kind)

    def origins(self, resident_codes: Sequence[str]) -> list[Origin]:
        """One entry per code found, ordered by resident code; unknown codes are absent."""
        return queries.origins(resident_codes)

    def lineage(self, household_codes: Sequence[str]) -> list[LineageStep]:
        """Every step of the families of these households, by day."""
        return queries.lineage(household_codes)

    def movements(self, resident_codes: Sequence[str]) -> list[Movement]:
        """The changes of these residents, oldest first."""
        return queries.movements(resident_codes)
