"""保留の期限の警報: somebody must look into requests that were held longer than set, once a day and municipality."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from todoke.access import alarms, directory
from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.who import Who
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.queries import holding

EVERY: Final = timedelta(days=1)


def ring_overdue(*, alias: str, by: Actor) -> int:
    """Ring for this municipality if it has overdue requests and did not ring within the day; how many are overdue."""
    require(by, Permission.INTERMEDIARY_HELD_EXPIRE, municipality=needs.municipality_of(alias))
    overdue = holding.queue(alias).overdue
    if overdue:
        who = Who(staff_id=needs.party_of(alias), organisation=needs.organisation_of(alias))
        alarms.ring_hourly(
            directory.alias(), alarms.HELD_OVERDUE, by=who, detail=f"{overdue} 件", within=EVERY
        )
    return overdue
