"""回答の引渡し: the asking system has stored the items, so linkage drops them (S8)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.oplog.record import record

ALIAS = "linkage"
_DROP = """
UPDATE linkage_query SET item_values = NULL, item_reasons = NULL, handed_over = true
WHERE record_id = ANY(%s) AND state = 'answered' AND NOT handed_over
"""


def hand_over_answers(*, record_ids: Sequence[str], by: Actor) -> int:
    """Drop the items of these answers; returns how many were dropped now."""
    require(by, Permission.LINKAGE_OPERATE)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute(_DROP, [list(record_ids)])
        dropped = int(cursor.rowcount)
        if dropped:
            record(ALIAS, by=by, verb="linkage:answer:hand-over", subject="answers", persons=dropped)
    return dropped
