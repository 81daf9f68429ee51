"""期限の過ぎた保留: a held request whose permit is dead and cannot be renewed ends, and the inquirer is told to ask again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries
from todoke.systems.intermediary.actions.release_held import RECORD
from todoke.systems.intermediary.queries import holding

DEAD: Final = "permit_expired"
"""What the inquirer is told."""

_DEAD: Final = """
SELECT permit_id FROM intermediary_provision_case
WHERE outcome = 'held' AND expires_at <= %(now)s AND (received_at <= %(late)s OR permit_id = ANY(%(refused)s))
ORDER BY permit_id FOR UPDATE
"""
_END: Final = """
UPDATE intermediary_provision_case c
SET outcome = 'refused', error = %(error)s, provided_at = greatest(%(now)s, c.provided_at)
WHERE c.permit_id = ANY(%(permits)s)
"""


def expire_held(*, alias: str, by: Actor, not_renewed: Sequence[str] = ()) -> int:
    """End what was held too long, and of `not_renewed` (the network refused) what has a dead permit; returns how many.

    Nobody's judgement, so one actor does it; the database lets it happen to dead permits only.
    """
    require(by, Permission.INTERMEDIARY_HELD_EXPIRE, municipality=needs.municipality_of(alias))
    with transaction.atomic(using=alias):
        now = clock.now()
        wanted = {"now": now, "late": now - holding.limits().hold, "refused": list(not_renewed)}
        ids = [permit_id for (permit_id,) in postgres.fetch(alias, _DEAD, wanted)]
        if ids:
            postgres.execute(alias, _END, {"now": now, "error": DEAD, "permits": ids})
            postgres.execute(alias, RECORD, {"permits": ids})
            needs.send_answers(alias, queries.routed_answers(alias, ids))
            verb, only = Permission.INTERMEDIARY_HELD_EXPIRE.value, ids[0] if len(ids) == 1 else ""
            record(alias, by=by, verb=verb, subject=DEAD, persons=len(ids), permit_id=only)
    return len(ids)
