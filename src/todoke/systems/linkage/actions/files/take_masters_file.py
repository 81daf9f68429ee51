"""副本登録用ファイル of the tax system: what `receive_masters` takes, as it comes by file exchange."""

from __future__ import annotations

from pathlib import Path

from todoke.access.permissions import Actor, Permission, require
from todoke.systems.linkage.actions.replicas.receive_masters import receive_masters
from todoke.systems.linkage.rules import file_kinds
from todoke.systems.linkage.rules.file_kinds import Taken


@file_kinds.takes("masters", title="副本登録用の正本", layouts=("replica_masters",), unattended=True)
def take_masters_file(*, file: Path, by: Actor) -> Taken:
    """Check it whole and put it aside encrypted; sending goes on by itself (housekeeping)."""
    require(by, Permission.LINKAGE_REPLICA_OPERATE)
    kept = receive_masters(file=file, by=by)
    return Taken(accepted=kept.rows, totals={"副本登録の受付": kept.rows})
