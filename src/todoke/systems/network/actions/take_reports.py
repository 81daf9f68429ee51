"""Take the providers' notices of how they answered into the network's own records (番号法23条3項)."""

from __future__ import annotations

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.network import ProvisionReports, Received
from todoke.engine import postgres
from todoke.oplog.record import record
from todoke.systems.network.flows import EXCHANGE_RECORD
from todoke.systems.network.needs import ALIAS

_UPDATE = f"""
UPDATE network_exchange_record r SET outcome = s.outcome, provided_at = s.provided_at
FROM (SELECT DISTINCT ON (permit_id) * FROM reported ORDER BY permit_id, place DESC) s
WHERE r.permit_id = s.permit_id AND substr(r.provider, 6, 5) = %s AND (r.outcome, s.outcome) IN ({EXCHANGE_RECORD.sql_pairs})
"""


def take_reports(*, body: ProvisionReports, by: Actor) -> Received:
    """Move the records forward. Reports on a permit of another provider, or backwards, are not counted.

    A message may hold a permit twice, held and then answered: what waited travels together. The last counts.
    """
    require(by, Permission.NETWORK_REPORT)
    provider = by.staff_id.partition(":")[2]
    columns = {
        "permit_id": pa.array([row.permit_id for row in body.records], pa.string()),
        "outcome": pa.array([row.outcome.value for row in body.records], pa.string()),
        "provided_at": pa.array([row.provided_at for row in body.records], pa.timestamp("us", tz="UTC")),
        "place": pa.array(range(len(body.records)), pa.int32()),
    }
    with transaction.atomic(using=ALIAS, savepoint=False):
        postgres.stage(ALIAS, "reported", pa.table(columns))
        _, count = postgres.prepared(ALIAS, _UPDATE, [provider])
        subject = f"{provider} ({len(body.records)})"
        record(ALIAS, by=by, verb=Permission.NETWORK_REPORT.value, subject=subject, persons=count)
    return Received(count=count)
