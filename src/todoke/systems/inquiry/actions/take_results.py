"""照会結果の取込: answers from 統合番号連携, stored here before linkage drops them."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import Outcome
from todoke.contracts.linkage import QueryResult
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.inquiry import codecs, needs
from todoke.systems.inquiry.flows import QUERY

ALIAS = "inquiry"
_STAGED = "inquiry_incoming"
_TAKE = f"""
UPDATE inquiry_query q
SET state = r.state, error = r.error, item_values = r.item_values, item_reasons = r.item_reasons,
    state_at = %s, state_by = %s
FROM {_STAGED} r
WHERE q.record_id = r.record_id AND q.state || '>' || r.state = ANY(%s)
"""
# An expired question whose answer came late counts instead of the attempt that followed it, unless that was answered.
_LATE = f"""
SELECT q.record_id, newer.record_id FROM inquiry_query q JOIN {_STAGED} r USING (record_id)
JOIN inquiry_query newer ON newer.subject_id = q.subject_id AND newer.round = q.round AND newer.current
WHERE q.state = 'answered' AND NOT q.current AND newer.state <> 'answered'
"""
_COUNTS = "UPDATE inquiry_query SET current = %s WHERE record_id = ANY(%s)"
_MISSING = """
SELECT count(*) FROM inquiry_query WHERE record_id = ANY(%s) AND state IN ('drafted', 'asked', 'held', 'expired')
"""


def take_results(*, batch_id: str, by: Actor) -> int:
    """Store what changed in one batch; returns how many questions changed.

    Raises STATE_CONFLICT when linkage has handed an answer over that is not here: somebody's answer is lost.
    """
    require(by, Permission.INQUIRY_OPERATE)
    results = [result for result in needs.results(batch_id) if result.outcome is not Outcome.ASKED]
    present = [result for result in results if result.items or result.outcome is not Outcome.ANSWERED]
    gone = [result.record_id for result in results if result.outcome is Outcome.ANSWERED and not result.items]
    with transaction.atomic(using=ALIAS):
        changed = _store(present, by)
        _refuse_lost(gone)
        if changed:
            subject = f"batch {batch_id}"
            record(ALIAS, by=by, verb="inquiry:result:take", subject=subject, persons=changed)
    answered = [result.record_id for result in present if result.items]
    if answered:
        needs.hand_over(answered, by=by.staff_id)
    return changed


def _store(results: Sequence[QueryResult], by: Actor) -> int:
    if not results:
        return 0
    postgres.stage(ALIAS, _STAGED, codecs.answered_table(results))
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_TAKE, [clock.now(), by.staff_id, QUERY.arrows])
        changed = int(cursor.rowcount)
        cursor.execute(_LATE)
        late = dict(cursor.fetchall())
        for counts, record_ids in ((False, late.values()), (True, late)):
            cursor.execute(_COUNTS, [counts, list(record_ids)])
        cursor.execute(f"DROP TABLE {_STAGED}")
    return changed


def _refuse_lost(record_ids: list[str]) -> None:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_MISSING, [record_ids])
        (missing,) = cursor.fetchone() or (0,)
    if missing:
        raise TodokeError(
            ErrorCode.STATE_CONFLICT, detail=f"引渡し済みの回答 {missing} 件がこのシステムにありません"
        )
