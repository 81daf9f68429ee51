"""照会結果の返送: results of queries that came by file go back by file; acknowledged ones are dropped here (S8)."""

from __future__ import annotations

from typing import Any

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.systems.linkage import codecs
from todoke.systems.linkage.actions.files.make_files import make_files
from todoke.systems.linkage.actions.queries.hand_over_answers import hand_over_answers
from todoke.systems.linkage.codecs import ResultRow
from todoke.systems.linkage.flows import OUTCOMES, QueryState
from todoke.systems.linkage.models import ExchangedFile, FileQueue
from todoke.systems.linkage.models.file_queue import OverLimit
from todoke.systems.linkage.rules import file_kinds

ALIAS = "linkage"
RESULTS = file_kinds.gives("inquiry-results", title="照会結果", layouts=("query_results",))
_ENDED = """
SELECT q.record_id, q.person_id, q.state, q.error, q.item_values, q.item_reasons FROM linkage_query q
WHERE q.batch_id LIKE %s AND q.state IN ('answered', 'no_record', 'release_refused', 'refused')
  AND NOT EXISTS (SELECT FROM linkage_queryreturn r WHERE r.query_id = q.record_id)
ORDER BY q.record_id LIMIT %s
"""
_NOTE = "INSERT INTO linkage_queryreturn (query_id, file_id) SELECT unnest(%s::text[]), %s"
_HEARD = """
SELECT q.record_id FROM linkage_query q JOIN linkage_queryreturn r ON r.query_id = q.record_id
JOIN linkage_exchangedfile f ON f.id = r.file_id
WHERE f.queue_id = %s AND f.state = 'acknowledged' AND q.state = 'answered' AND NOT q.handed_over
"""


def return_results(*, queue: FileQueue, by: Actor) -> int:
    """One send of results that have come meanwhile, and an end of what was acknowledged; how many results are in it."""
    require(by, Permission.LINKAGE_OPERATE)
    heard = [record_id for (record_id,) in postgres.fetch(ALIAS, _HEARD, [queue.pk])]
    if heard:
        hand_over_answers(record_ids=heard, by=by)
    limit = queue.record_limit + (queue.over_limit != OverLimit.CUT)
    with transaction.atomic(using=ALIAS):
        rows = postgres.fetch(ALIAS, _ENDED, [f"{queue.system_id}-inquiry-requests-%", limit])
        if rows:
            ids = [row[0] for row in rows]

            def note(file: ExchangedFile, begin: int, count: int) -> None:
                with connections[ALIAS].cursor() as cursor:
                    cursor.execute(_NOTE, [ids[begin : begin + count], file.pk])

            make_files(
                queue=queue, rows=codecs.results_table([_outcome(row) for row in rows]), by=by, note=note
            )
    return len(rows)


def _outcome(row: tuple[Any, ...]) -> ResultRow:
    record_id, number, state, error, values, reasons = row
    return record_id, number, OUTCOMES[QueryState(state)].value, error, values, reasons
