"""What a decision is made from: every relation as a sealed file, those of imports checked against their seals."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from todoke.contracts.residents import SnapshotKind, SnapshotRef
from todoke.engine import snapshots
from todoke.engine.snapshots import Seal
from todoke.systems.benefits import needs, queries
from todoke.systems.benefits.models import Source
from todoke.systems.benefits.queries.deciding import decision_lists
from todoke.systems.benefits.rules.programme import Programme

OWN = frozenset({"answers", "paid", "applications", "special", "earlier", "figures", "certificates"})
"""Relations that are written for the one decision: of this system itself, or drawn from imported lists."""


def gather(programme: Programme, folder: Path) -> dict[str, Seal]:
    """Relation → sealed file. Errors: NOT_FOUND for a missing input, INPUT_CHANGED for a sealed file that was changed."""
    imported: dict[str, SnapshotRef | Source] = {
        "base": needs.register(SnapshotKind.BASE),
        "latest": needs.register(SnapshotKind.LATEST),
        "tax": queries.newest_source("tax"),
        "assistance": queries.newest_source("assistance"),
    }
    own = {
        "answers": queries.answers(programme.code),
        "paid": queries.paid_lineages(programme.code),
        "applications": queries.applications_received(programme.code),
    }
    own |= decision_lists.of(programme)
    return {
        **{
            name: Seal(path=snapshots.check(Path(one.path), one.sha256), sha256=one.sha256, rows=one.rows)
            for name, one in imported.items()
        },
        **{name: snapshots.write(table, folder, name) for name, table in own.items()},
    }


def digest(inputs: Mapping[str, Seal]) -> str:
    """One SHA-256 over the names and seals of all files, hex."""
    lines = "".join(f"{name} {seal.sha256}\n" for name, seal in sorted(inputs.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
