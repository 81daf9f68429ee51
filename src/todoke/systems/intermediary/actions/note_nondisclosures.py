"""不開示 of the other party, as the network tells it: kept beside our own record."""

from __future__ import annotations

import pyarrow as pa
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.network import Received
from todoke.contracts.nondisclosure import Nondisclosures
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.intermediary import codecs, needs

_NOTE = """
INSERT INTO intermediary_partner_nondisclosure (permit_id, code, marked_at, told_at)
SELECT permit_id, code, marked_at, %(now)s FROM told ON CONFLICT DO NOTHING
"""


def note_nondisclosures(*, alias: str, body: Nondisclosures, by: Actor) -> Received:
    """Keep what is new; a judgement may come before the request that makes our record."""
    require(by, Permission.INTERMEDIARY_RECORD_NOTE, municipality=needs.municipality_of(alias))
    told = {
        "permit_id": codecs.texts([row.permit_id for row in body.records]),
        "code": codecs.texts([row.code for row in body.records]),
        "marked_at": pa.array([row.marked_at for row in body.records], codecs.TIME),
    }
    with transaction.atomic(using=alias):
        postgres.stage(alias, "told", pa.table(told))
        count = postgres.execute(alias, _NOTE, {"now": clock.now()})
        verb, subject = Permission.INTERMEDIARY_RECORD_NOTE.value, f"({len(body.records)})"
        record(alias, by=by, verb=verb, subject=subject, persons=count)
    return Received(count=count)
