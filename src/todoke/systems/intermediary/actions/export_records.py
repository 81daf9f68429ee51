"""情報提供等記録の書き出し, logged in every municipality's database that it reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.exchange_records import Side
from todoke.oplog.record import record
from todoke.systems.intermediary import queries


def export_records(*, aliases: Sequence[str], side: Side, out: Path, by: Actor) -> int:
    """One side's exchange records of these municipalities as CSV, sorted by permit; the number of rows."""
    require(by, Permission.INTERMEDIARY_OPERATE)
    for alias in aliases:
        with transaction.atomic(using=alias):
            verb = Permission.INTERMEDIARY_OPERATE.value
            record(alias, by=by, verb=verb, subject=f"records:{side.value}")
    return queries.export_records(list(aliases), side, out)
