"""情報照会結果取得要求: hand the city what has changed since it last asked."""

from __future__ import annotations

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import Results, ResultsWanted
from todoke.engine import postgres
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.intermediary import needs, queries

_POLLED = """
INSERT INTO intermediary_result_poll (id, after, polled_at) VALUES (1, %(after)s, %(now)s)
ON CONFLICT (id) DO UPDATE
SET after = greatest(intermediary_result_poll.after, excluded.after), polled_at = excluded.polled_at
WHERE intermediary_result_poll.after < excluded.after
   OR intermediary_result_poll.polled_at < excluded.polled_at - interval '1 second'
"""
"""Cities ask many times a second: only news is written."""


def hand_over_results(*, alias: str, body: ResultsWanted, by: Actor) -> Results:
    """Results numbered above `after`, at most `limit` and one message's worth; the reading of any is logged."""
    require(by, Permission.INTERMEDIARY_COLLECT, municipality=needs.municipality_of(alias))
    with transaction.atomic(using=alias, savepoint=False):
        postgres.prepared(alias, _POLLED, {"after": max(0, body.after), "now": clock.now()})
        found = queries.results(alias, after=body.after, limit=max(0, min(body.limit, RECORD_LIMIT)))
        if found.records:
            verb, subject = Permission.INTERMEDIARY_COLLECT.value, f"after:{body.after}"
            record(alias, by=by, verb=verb, subject=subject, persons=len(found.records))
    return found
