"""開けない副本の警報: a copy that was altered answers nothing, and somebody must look into it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import transaction

from todoke.access import alarms, directory
from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record
from todoke.oplog.who import Who
from todoke.systems.intermediary import needs


def ring_damaged(*, alias: str, permits: Sequence[str], by: Actor) -> None:
    """Log each permit whose copy did not open, in the caller's transaction, and ring when that is committed."""
    require(by, Permission.INTERMEDIARY_PROVIDE, municipality=needs.municipality_of(alias))
    for permit_id in permits:
        record(
            alias,
            by=by,
            verb="intermediary:replica:damaged",
            subject="provide",
            persons=1,
            permit_id=permit_id,
        )
    who = Who(staff_id=needs.party_of(alias), organisation=needs.organisation_of(alias))
    detail = f"{len(permits)} 件"
    ring = partial(alarms.ring_hourly, directory.alias(), alarms.REPLICA_DAMAGED, by=who, detail=detail)
    transaction.on_commit(ring, using=alias, robust=True)
