"""情報提供等記録の書き出し, logged."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record
from todoke.systems.network import queries
from todoke.systems.network.needs import ALIAS


def export_records(*, out: Path, by: Actor) -> int:
    """The network's exchange records as CSV, sorted by permit; the number of rows."""
    require(by, Permission.NETWORK_OPERATE)
    with transaction.atomic(using=ALIAS):
        record(ALIAS, by=by, verb=Permission.NETWORK_OPERATE.value, subject="records")
    return queries.export_records(out)
