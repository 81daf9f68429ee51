"""符号未取得の打切り: queries whose person's 符号 did not come in time end as errors, never silently."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.linkage.actions.queries.send_queries import NO_CODE

ALIAS = "linkage"
_AGAIN = """
UPDATE linkage_coderequest c SET state = 'again', message_key = '', changed_at = %s
FROM linkage_query q
WHERE q.batch_id = ANY(%s) AND q.state = 'accepted' AND c.person_id = q.person_id
  AND c.organisation = q.organisation AND c.state = 'requested'
"""
_REFUSE = (
    "UPDATE linkage_query SET state = 'refused', error = %s WHERE batch_id = ANY(%s) AND state = 'accepted'"
)


def give_up_queries(*, batch_ids: Sequence[str], by: Actor) -> int:
    """End the unsent queries of these batches as 照会エラー (`no_link_code`); returns how many.

    Their 符号 will be asked for again (再取得) by the next batch or bulk request.
    """
    require(by, Permission.LINKAGE_OPERATE)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(_AGAIN, [clock.now(), list(batch_ids)])
        cursor.execute(_REFUSE, [NO_CODE, list(batch_ids)])
        ended = int(cursor.rowcount)
        if ended:
            subject = f"batches {len(batch_ids)}"
            record(ALIAS, by=by, verb="linkage:query:give-up", subject=subject, persons=ended)
    return ended
