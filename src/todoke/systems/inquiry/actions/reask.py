"""失敗した照会だけを再照会: a further attempt for each question that failed and may succeed now; nobody else."""

from __future__ import annotations

from collections.abc import Set
from typing import NamedTuple

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.inquiry import codecs
from todoke.systems.inquiry.codecs import Draft
from todoke.systems.inquiry.queries.matrix import ERROR_SQL, FAILED_SQL
from todoke.systems.inquiry.rules.asking_again import Failed, Scope, judge

ALIAS = "inquiry"
_FAILED = f"""
SELECT q.record_id, s.id, s.position, q.provider, q.round, q.attempt, {ERROR_SQL}
FROM inquiry_query q JOIN inquiry_subject s ON s.id = q.subject_id
WHERE s.order_id = %(order)s AND q.current AND {FAILED_SQL}
  AND %(provider)s IN ('', q.provider) AND %(error)s IN ('', {ERROR_SQL})
ORDER BY q.record_id
"""
_REPLACED = "UPDATE inquiry_query SET current = false WHERE record_id = ANY(%s)"


class Reasked(NamedTuple):
    """How many are asked again, and how many failed ones are left out, by エラー理由."""

    asked: int
    left_out: dict[str, int]


def reask(
    *,
    order_id: str,
    scope: Scope,
    by: Actor,
    remedied: Set[str] = frozenset(),
    expected: int | None = None,
) -> Reasked:
    """Draft the further attempts. `remedied`: エラー理由 of which somebody has seen to the cause.

    Raises STATE_CONFLICT when not exactly `expected` questions (what the person saw) would be asked again.
    """
    require(by, Permission.INQUIRY_REASK)
    with transaction.atomic(using=ALIAS):
        postgres.join_whole_tables(ALIAS)
        asked, left_out = judge(_failed(order_id, scope, lock=True), remedied)
        if expected is not None and len(asked) != expected:
            detail = f"再照会は {expected:,} 件のはずですが {len(asked):,} 件です"
            raise TodokeError(ErrorCode.STATE_CONFLICT, detail=detail)
        if asked:
            _draft(order_id, asked, by)
            subject = f"order {order_id}"
            record(ALIAS, by=by, verb="inquiry:query:reask", subject=subject, persons=len(asked))
    return Reasked(len(asked), left_out)


def preview(*, order_id: str, scope: Scope, by: Actor, remedied: Set[str] = frozenset()) -> Reasked:
    """What `reask` would do now; changes nothing."""
    require(by, Permission.INQUIRY_REASK)
    asked, left_out = judge(_failed(order_id, scope, lock=False), remedied)
    return Reasked(len(asked), left_out)


def _failed(order_id: str, scope: Scope, *, lock: bool) -> list[Failed]:
    """Locked, so that an answer that arrives at this moment is either seen here or waits."""
    statement = _FAILED + ("FOR UPDATE OF q" if lock else "")
    values = {"order": order_id, "provider": scope.provider, "error": scope.error}
    return [Failed(*row) for row in postgres.fetch(ALIAS, statement, values)]


def _draft(order_id: str, asked: list[Failed], by: Actor) -> None:
    postgres.execute(ALIAS, _REPLACED, [[failed.record_id for failed in asked]])
    drafts = [Draft(f.subject, f.position, f.provider, f.round, f.attempt + 1) for f in asked]
    table = codecs.drafted_table(order_id, drafts, at=clock.now(), by=by.staff_id)
    postgres.copy_in(ALIAS, "inquiry_query", table)
