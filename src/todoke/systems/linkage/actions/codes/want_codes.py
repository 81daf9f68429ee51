"""符号取得の対象 (PIA 統合番号連携 (2)): which persons the next messages ask for, ≤ 10,000 a message.

Everybody is wanted from the moment they are registered (migration 0005); what is chosen here is sent by request_codes.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.kernel import clock
from todoke.oplog.record import record

ALIAS = "linkage"
_CHOOSE = """
UPDATE linkage_coderequest r
SET state = CASE WHEN r.state = 'refused' THEN 'again' ELSE r.state END, refusal = '',
    message_key = %(key)s || ' ' || chosen.message, changed_at = %(now)s
FROM (
    SELECT person_id, (row_number() OVER (ORDER BY person_id) - 1) / %(limit)s AS message
    FROM linkage_coderequest WHERE {which} AND person_id IN (
        SELECT n.person_id FROM linkage_individualnumber n WHERE n.standing = 'live')
) AS chosen
WHERE r.person_id = chosen.person_id
"""
_FREE = "state IN ('wanted', 'again') AND message_key = ''"
_OF_BATCHES = f"""
({_FREE} OR state = 'refused') AND person_id IN (
    SELECT coalesce(a.person_id, q.person_id)
    FROM linkage_query q LEFT JOIN linkage_numberalias a ON a.former_id = q.person_id
    WHERE q.batch_id = ANY(%(batches)s) AND q.state = 'accepted'
)
"""


def want_codes(*, batch_ids: Sequence[str] | None, by: Actor, again_only: bool = False) -> int:
    """Choose the persons of these batches' unsent queries (None: everybody without 符号); returns how many.

    `again_only`: of everybody, only those who stand in 再取得.
    Nobody without a 個人番号 can be asked for. Who was asked for is not asked for again. Who was refused is asked for again only for a batch, or by `ask_again`:
    the registers may have been put right.
    """
    require(by, Permission.LINKAGE_OPERATE)
    everybody = f"{_FREE} AND state = 'again'" if again_only else _FREE
    which = everybody if batch_ids is None else _OF_BATCHES
    values: dict[str, Any] = {
        "key": f"codes {uuid.uuid4().hex}",
        "now": clock.now(),
        "limit": RECORD_LIMIT,
        "batches": list(batch_ids or ()),
    }
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('linkage:codes', 0))")
        cursor.execute(_CHOOSE.format(which=which), values)
        wanted = int(cursor.rowcount)
        record(ALIAS, by=by, verb="linkage:code:want", subject="persons", persons=wanted)
    return wanted
