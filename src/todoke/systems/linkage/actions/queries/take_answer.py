"""回答の受取り: the answer of a single query is shown once to who asked, and is gone (S8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import TAX_ITEMS, Item
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.linkage.flows import QueryState
from todoke.systems.linkage.models import SingleQuery

ALIAS = "linkage"
ANSWER_LIFE: Final = timedelta(hours=8)
"""How long an answer waits for who asked; settings.TODOKE_ANSWER_LIFE replaces it."""

_TAKEN = "UPDATE linkage_query SET item_values = NULL, item_reasons = NULL, handed_over = true WHERE record_id = %s"
_DROP = """
WITH old AS (
    UPDATE linkage_singlequery s SET dropped_at = %(now)s FROM linkage_query q
    WHERE s.query_id = q.record_id AND q.state = 'answered' AND NOT q.handed_over AND s.answered_at < %(before)s
    RETURNING s.query_id
)
UPDATE linkage_query q SET item_values = NULL, item_reasons = NULL, handed_over = true
FROM old WHERE q.record_id = old.query_id
"""


def take_answer(*, record_id: str, by: Actor) -> dict[str, Item]:
    """The items by name, each a value or the reason for its absence; a second call gets STATE_CONFLICT.

    Errors: NOT_FOUND (also for a query of somebody else), STATE_CONFLICT (no answer, taken before, or run out).
    """
    require(by, Permission.LINKAGE_QUERY)
    with transaction.atomic(using=ALIAS):
        found = (
            SingleQuery.objects.using(ALIAS)
            .select_for_update()
            .filter(pk=record_id, asked_by=by.staff_id)
            .first()
        )
        if found is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="この照会")
        query = found.query
        if query.state != QueryState.ANSWERED or query.handed_over or query.item_values is None:
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail="受け取れる回答がありません")
        pairs = zip(TAX_ITEMS, query.item_values, query.item_reasons or (), strict=True)
        items = {name: Item(value, reason) for name, value, reason in pairs}
        postgres.execute(ALIAS, _TAKEN, [record_id])
        SingleQuery.objects.using(ALIAS).filter(pk=record_id).update(taken_at=clock.now())
        about = Person("integrated_number", query.person_id)
        record(ALIAS, by=by, verb="linkage:query:take", subject=record_id, persons=1, about=about)
    return items


def drop_answers(*, by: Actor) -> int:
    """Drop the answers of single queries that nobody fetched in time; how many."""
    require(by, Permission.LINKAGE_OPERATE)
    now = clock.now()
    before = now - getattr(settings, "TODOKE_ANSWER_LIFE", ANSWER_LIFE)
    with transaction.atomic(using=ALIAS):
        dropped = postgres.execute(ALIAS, _DROP, {"now": now, "before": before})
        if dropped:
            record(ALIAS, by=by, verb="linkage:query:drop", subject="answers", persons=dropped)
    return dropped
