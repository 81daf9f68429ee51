"""情報照会結果の取得: what the intermediary reports, taken in with the cursor in one transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import TAX_ITEMS, Outcome
from todoke.contracts.intermediary import Result
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.systems.linkage.flows import QUERY
from todoke.systems.linkage.models import ResultCursor

ALIAS = "linkage"
MALFORMED = "answer_malformed"
UNSPECIFIED = "unspecified"
_CODE = re.compile(r"[a-z0-9_]{1,24}")
_STAGED = "linkage_incoming_results"
_TAKE = f"""
UPDATE linkage_query q
SET state = r.state, error = r.error, sequence = r.sequence,
    item_values = r.item_values, item_reasons = r.item_reasons
FROM (SELECT DISTINCT ON (record_id) * FROM {_STAGED} ORDER BY record_id, sequence DESC) r
WHERE q.record_id = r.record_id AND q.sequence < r.sequence AND q.state || '>' || r.state = ANY(%s)
"""

_ANSWERED = f"""
UPDATE linkage_singlequery s SET answered_at = %s FROM linkage_query q
WHERE s.query_id = q.record_id AND q.state = 'answered' AND s.answered_at IS NULL
  AND q.record_id IN (SELECT record_id FROM {_STAGED})
"""


def take_results(*, results: Sequence[Result], by: Actor) -> int:
    """Store these results, ordered by sequence, and move the cursor; returns how many queries changed.

    A result that fits no query or no transition changes nothing and is counted in the operation log, so that
    one odd result does not hold up all behind it.
    """
    require(by, Permission.LINKAGE_SEND)
    if not results:
        return 0
    with transaction.atomic(using=ALIAS):
        postgres.stage(ALIAS, _STAGED, _table(results))
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(_TAKE, [QUERY.arrows])
            changed = int(cursor.rowcount)
            cursor.execute(_ANSWERED, [clock.now()])
        last = max(result.sequence for result in results)
        ResultCursor.objects.using(ALIAS).update_or_create(
            municipality=settings.TODOKE_MUNICIPALITY, defaults={"after": last}
        )
        _log(by, results, changed)
    return changed


def _log(by: Actor, results: Sequence[Result], changed: int) -> None:
    subject = f"sequence {results[0].sequence}–{results[-1].sequence}"
    record(ALIAS, by=by, verb="linkage:result:take", subject=subject, persons=changed)
    unmatched = len({result.record_id for result in results}) - changed
    if unmatched:
        record(ALIAS, by=by, verb="linkage:result:unmatched", subject=subject, persons=unmatched)


def _table(results: Sequence[Result]) -> pa.Table:
    read = [_read(result) for result in results]
    lists = pa.list_(pa.string())
    return pa.table(
        {
            "sequence": pa.array([result.sequence for result in results], pa.int64()),
            "record_id": pa.array([result.record_id for result in results], pa.string()),
            "state": pa.array([state for state, _, _, _ in read], pa.string()),
            "error": pa.array([error for _, error, _, _ in read], pa.string()),
            "item_values": pa.array([values for _, _, values, _ in read], lists),
            "item_reasons": pa.array([reasons for _, _, _, reasons in read], lists),
        }
    )


def _read(result: Result) -> tuple[str, str, list[str | None] | None, list[str | None] | None]:
    """State, error, values and reasons; an answer without all its items is an error, never half an answer."""
    if result.outcome is Outcome.ANSWERED:
        if len(result.items) != len(TAX_ITEMS):
            return Outcome.REFUSED.value, MALFORMED, None, None
        values = [item.value for item in result.items]
        return result.outcome.value, "", values, [item.reason for item in result.items]
    return result.outcome.value, _word(result), None, None


def _word(result: Result) -> str:
    """The reason as a short code; text of another realm never passes through as it is."""
    if _CODE.fullmatch(result.error):
        return result.error
    return UNSPECIFIED if result.error or result.outcome is Outcome.REFUSED else ""
