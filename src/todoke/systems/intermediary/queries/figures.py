"""統計 of exchanges and of what registrations did to the copies: numbers and times, no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from todoke.engine import postgres
from todoke.systems.intermediary.rules.figures import Figure

_MONTHLY: Final = """
WITH exchanges AS (
    SELECT requested_at, side, CASE side WHEN 'inquirer' THEN provider ELSE inquirer END AS partner, duty, procedure,
           information_code, outcome, extract(epoch FROM provided_at - requested_at) AS seconds
    FROM intermediary_exchange_record
    UNION ALL
    SELECT requested_at, 'inquirer', provider, duty, procedure, information_code, 'no_permit', NULL
    FROM intermediary_inquiry WHERE outcome = 'refused' AND permit_id IS NULL
)
SELECT to_char(requested_at AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM') AS month, side, partner, duty, procedure,
       information_code, outcome, count(*),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds)
FROM exchanges
WHERE requested_at >= %(first)s::date::timestamp AT TIME ZONE 'Asia/Tokyo'
  AND requested_at < (%(last)s::date + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'
GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1 DESC, 2, 3, 4, 5, 6, 7
"""
_EDITIONS: Final = """
SELECT r.fiscal_year, count(*), max(r.edition), min(r.registered_at), max(r.registered_at)
FROM intermediary_replica r GROUP BY 1 ORDER BY 1 DESC
"""
_DELIVERIES: Final = """
SELECT (taken_at AT TIME ZONE 'Asia/Tokyo')::date, fiscal_year, count(*), sum(registered), sum(replaced), sum(deleted)
FROM intermediary_replica_delivery GROUP BY 1, 2 ORDER BY 1 DESC, 2 DESC LIMIT %s
"""


@dataclass(frozen=True)
class Edition:
    """The copies of one 年度 as they stand."""

    fiscal_year: int
    count: int
    edition: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True)
class Day:
    """What the registrations of one day did to the copies of one 年度."""

    day: date
    fiscal_year: int
    messages: int
    registered: int
    replaced: int
    deleted: int


def monthly(alias: str, first: date, last: date) -> list[Figure]:
    """Exchanges asked for between two days in Japan, both included; newest month first, nothing suppressed yet."""
    names = tuple(Figure.__dataclass_fields__)
    found = postgres.fetch(alias, _MONTHLY, {"first": first, "last": last})
    return [Figure(**dict(zip(names, row, strict=True))) for row in found]


def editions(alias: str) -> list[Edition]:
    """年度 by 年度, newest first."""
    return [Edition(*row) for row in postgres.fetch(alias, _EDITIONS)]


def deliveries(alias: str, *, limit: int = 200) -> list[Day]:
    """Day by day, newest first."""
    return [Day(*row) for row in postgres.fetch(alias, _DELIVERIES, [limit])]
