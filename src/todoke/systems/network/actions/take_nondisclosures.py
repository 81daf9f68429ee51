"""不開示 that the parties of a permit told: recorded (番号法23条3項), and told to the other party."""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.network import Received
from todoke.contracts.nondisclosure import Nondisclosure, Nondisclosures
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.network import needs
from todoke.systems.network.needs import ALIAS

# a platform speaks for every organisation (機関) of its municipality, whose code stands in theirs
_STORE = """
WITH added AS (
    INSERT INTO network_nondisclosure (permit_id, party, code, marked_at, told_at)
    SELECT r.permit_id, CASE WHEN substring(r.inquirer, 6, 5) = %(town)s THEN 'inquirer' ELSE 'provider' END, t.code, t.marked_at, %(now)s
    FROM told t JOIN network_exchange_record r ON r.permit_id = t.permit_id
    WHERE %(town)s IN (substring(r.inquirer, 6, 5), substring(r.provider, 6, 5))
    ON CONFLICT DO NOTHING RETURNING permit_id, party, code, marked_at
)
SELECT CASE a.party WHEN 'inquirer' THEN r.provider ELSE r.inquirer END, a.permit_id, a.code, a.marked_at
FROM added a JOIN network_exchange_record r ON r.permit_id = a.permit_id ORDER BY 1, 2, 4
"""


def take_nondisclosures(*, body: Nondisclosures, by: Actor) -> Received:
    """Record what is new. Judgements on a permit of which the sender is no party are not counted."""
    require(by, Permission.NETWORK_NONDISCLOSE)
    town = by.staff_id.partition(":")[2]
    told = {
        "permit_id": pa.array([row.permit_id for row in body.records], pa.string()),
        "code": pa.array([row.code for row in body.records], pa.string()),
        "marked_at": pa.array([row.marked_at for row in body.records], pa.timestamp("us", tz="UTC")),
    }
    with transaction.atomic(using=ALIAS):
        postgres.stage(ALIAS, "told", pa.table(told))
        by_party: dict[str, list[Nondisclosure]] = defaultdict(list)
        for other, *values in postgres.fetch(ALIAS, _STORE, {"town": town, "now": clock.now()}):
            by_party[other].append(Nondisclosure(*values))
        needs.tell_nondisclosures(by_party)
        count = sum(map(len, by_party.values()))
        verb, subject = Permission.NETWORK_NONDISCLOSE.value, f"{town} ({len(body.records)})"
        record(ALIAS, by=by, verb=verb, subject=subject, persons=count)
    return Received(count=count)
