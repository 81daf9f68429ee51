"""The door of 住民記録システム: contracts.residents.Residents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from todoke.access import cli_actor
from todoke.access.permissions import Actor
from todoke.contracts.holding import Asked
from todoke.contracts.residents import LineageStep, Movement, Origin, SnapshotKind, SnapshotRef
from todoke.privacy.holding import Section
from todoke.systems.residents import queries
from todoke.systems.residents.actions.disclose_held import disclose_held
from todoke.systems.residents.actions.import_register import take_register


class ResidentRegister:
    """Implements `Residents` on the database `residents`."""

    def snapshot(self, kind: SnapshotKind) -> SnapshotRef:
        """The newest sealed snapshot of that kind; NOT_FOUND when none was imported."""
        return queries.newest_snapshot(kind)

    def sealed(self, kind: SnapshotKind, sha256: str) -> SnapshotRef:
        """The snapshot of that kind whose file has that hash; NOT_FOUND when there is none (any more)."""
        return queries.sealed_snapshot(kind, sha256)

    def origins(self, resident_codes: Sequence[str]) -> list[Origin]:
        """One entry per code found, ordered by resident code; unknown codes are absent."""
        return queries.origins(resident_codes)

    def take_register(
        self, *, kind: SnapshotKind, sealed: str, sha256: str, source_sha256: str, as_of: date, by: str
    ) -> SnapshotRef:
        """The checked and confirmed register becomes the newest of its kind, all at once."""
        taken = take_register(
            kind=kind,
            sealed=Path(sealed),
            sha256=sha256,
            source_sha256=source_sha256,
            as_of=as_of,
            by=cli_actor.actor(by),
        )
        return taken.snapshot

    def lineage(self, household_codes: Sequence[str]) -> list[LineageStep]:
        """Every step of the families of these households, by day."""
        return queries.lineage(household_codes)

    def families(self, household_codes: Sequence[str]) -> dict[str, str]:
        """Each of these households → the name of its family."""
        return queries.families_of(household_codes)

    def movements(self, resident_codes: Sequence[str]) -> list[Movement]:
        """The changes of these residents, oldest first."""
        return queries.movements(resident_codes)


class ResidentsHolder:
    """Implements `Holder` (保有個人情報の開示)."""

    def held(self, asked: Asked, *, by: Actor) -> list[Section]:
        """What this system holds on one person."""
        return disclose_held(asked=asked, by=by)
