"""符号取得の対象 (PIA 統合番号連携 (2)): who needs a 符号 and was not asked for yet."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.kernel import clock
from todoke.oplog.record import record

ALIAS = "linkage"
_INSERT = """
INSERT INTO linkage_coderequest (person_id, state, message_key, changed_at)
SELECT person_id, 'wanted', %s || ' ' || ((row_number() OVER (ORDER BY person_id) - 1) / %s), %s
FROM ({persons}) wanted
WHERE EXISTS (SELECT FROM linkage_individualnumber n WHERE n.person_id = wanted.person_id AND n.standing = 'live')
AND NOT EXISTS (
    SELECT FROM linkage_coderequest c WHERE c.person_id = wanted.person_id AND c.state <> 'refused'
)
ON CONFLICT (person_id) DO UPDATE
SET state = excluded.state, message_key = excluded.message_key, changed_at = excluded.changed_at, refusal = ''
"""
_OF_BATCHES = """
SELECT DISTINCT coalesce(a.person_id, q.person_id) AS person_id
FROM linkage_query q LEFT JOIN linkage_numberalias a ON a.former_id = q.person_id
WHERE q.batch_id = ANY(%s) AND q.state = 'accepted'
"""
_EVERYBODY = """
SELECT integrated_number AS person_id FROM linkage_person p
WHERE NOT EXISTS (SELECT FROM linkage_numberalias a WHERE a.former_id = p.integrated_number)
"""


def want_codes(*, batch_ids: Sequence[str] | None, by: Actor) -> int:
    """Note the persons of these batches' unsent queries (None: everybody) as wanted; returns how many.

    Who was asked for is not asked for again, but who was refused is: the registers may have been put right.
    """
    require(by, Permission.LINKAGE_OPERATE)
    persons = _EVERYBODY if batch_ids is None else _OF_BATCHES
    chosen = [] if batch_ids is None else [list(batch_ids)]
    key = f"codes {uuid.uuid4().hex}"
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('linkage:codes', 0))")
        cursor.execute(_INSERT.format(persons=persons), [key, RECORD_LIMIT, clock.now(), *chosen])
        wanted = int(cursor.rowcount)
        record(ALIAS, by=by, verb="linkage:code:want", subject="persons", persons=wanted)
    return wanted
