"""疑わしい団体の警報: a municipality many of whose answers have the same finding (PIA-wide mix-ups, September 2019)."""

from __future__ import annotations

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record
from todoke.systems.inquiry import queries
from todoke.systems.inquiry.queries import FindingCount

ALIAS = "inquiry"
_VERB = "inquiry:answer:suspect"
_RUNG = "SELECT subject FROM oplog_operation WHERE verb = %s AND subject = ANY(%s)"


def alarm_suspects(*, order_id: str, by: Actor) -> list[FindingCount]:
    """The suspect municipalities of an order; each is logged once for each finding."""
    require(by, Permission.INQUIRY_OPERATE)
    suspects = {
        f"order {order_id} provider {found.provider} {found.code}": found
        for found in queries.finding_counts(order_id)
        if found.suspect
    }
    if not suspects:
        return []
    with transaction.atomic(using=ALIAS):
        with connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('inquiry:suspect', 0))")
            cursor.execute(_RUNG, [_VERB, list(suspects)])
            rung = {subject for (subject,) in cursor.fetchall()}
        for subject, found in suspects.items():
            if subject not in rung:
                record(ALIAS, by=by, verb=_VERB, subject=subject, persons=found.persons)
    return list(suspects.values())
