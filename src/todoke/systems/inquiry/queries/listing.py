"""The questions behind a number of 照会状況表: row numbers, record ids and states; no person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from todoke.engine import postgres
from todoke.systems.inquiry.models import RequestFile
from todoke.systems.inquiry.queries.matrix import COLUMN_SQL, ERROR_SQL, FAILED_SQL
from todoke.systems.inquiry.rules.matrix_columns import Column

ALIAS = "inquiry"
_LISTED = f"""
SELECT s.position, q.record_id, q.round, q.attempt, q.provider, {COLUMN_SQL},
       CASE WHEN {FAILED_SQL} THEN {ERROR_SQL} ELSE '' END, q.state_at
FROM inquiry_query q JOIN inquiry_subject s ON s.id = q.subject_id
WHERE s.order_id = %(order)s AND q.current AND %(provider)s IN ('', q.provider) AND %(round)s IN (0, q.round)
  AND (%(columns)s::text[] IS NULL OR {COLUMN_SQL} = ANY(%(columns)s))
  AND (%(error)s = '' OR {FAILED_SQL} AND {ERROR_SQL} = %(error)s)
ORDER BY s.position, q.round LIMIT %(limit)s
"""
_PROVIDERS = """
SELECT DISTINCT q.provider FROM inquiry_query q JOIN inquiry_subject s ON s.id = q.subject_id
WHERE s.order_id = %s ORDER BY 1
"""


class Wanted(NamedTuple):
    """Which questions of an order. Empty (0, None): all of them."""

    provider: str = ""
    columns: Sequence[Column] | None = None
    error: str = ""
    round: int = 0


class Listed(NamedTuple):
    """One question that counts. `position` is the row number of the person in the order."""

    position: int
    record_id: str
    round: int
    attempt: int
    provider: str
    column: str
    error: str
    since: datetime


def listed(order_id: str, wanted: Wanted, *, limit: int | None = None) -> list[Listed]:
    """The questions, by row number."""
    values = {
        "order": order_id,
        "provider": wanted.provider,
        "columns": None if wanted.columns is None else [column.value for column in wanted.columns],
        "error": wanted.error,
        "round": wanted.round,
        "limit": limit,
    }
    return [Listed(*row) for row in postgres.fetch(ALIAS, _LISTED, values)]


def providers(order_id: str) -> list[str]:
    """Who is asked in an order."""
    return [provider for (provider,) in postgres.fetch(ALIAS, _PROVIDERS, [order_id])]


def files_of(order_id: str) -> list[RequestFile]:
    """照会送付ファイル of an order, newest first."""
    return list(RequestFile.objects.using(ALIAS).filter(order_id=order_id).order_by("-number"))
