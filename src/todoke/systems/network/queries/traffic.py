"""統計: how many exchanges and refusals, by hour, day or month, inquirer, provider and outcome. Counts only; no person, no record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from todoke.contracts.information import Outcome
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.clock import JAPAN
from todoke.systems.network.needs import ALIAS

LISTED: Final = 5_000
"""Rows of a list at most; more need the filter."""
DENIED: Final = "denied"
"""The outcome of what got no permit at all; it stands in no exchange record."""


class Span(StrEnum):
    """集計の単位."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Days from `since` to `until` in Japan, both included; empty codes stand for all."""

    span: Span
    since: date
    until: date
    inquirer: str = ""
    provider: str = ""


@dataclass(frozen=True)
class Traffic:
    """`count` exchanges of one span of time with that outcome (`Outcome`, or `denied`)."""

    span: datetime
    inquirer: str
    provider: str
    outcome: str
    count: int


@dataclass(frozen=True)
class Denied:
    """Refusals by the network of one span of time."""

    span: datetime
    reason: str
    inquirer: str
    provider: str
    duty: str
    procedure: str
    information_code: str
    count: int


_WHERE = """
AND (%(inquirer)s = '' OR inquirer = %(inquirer)s) AND (%(provider)s = '' OR provider = %(provider)s)
"""
_TRAFFIC = f"""
SELECT date_trunc(%(span)s, requested_at, 'Asia/Tokyo') AS span, inquirer, provider, outcome, count(*)
FROM network_exchange_record WHERE requested_at >= %(since)s AND requested_at < %(until)s {_WHERE}
GROUP BY 1, 2, 3, 4
UNION ALL
SELECT date_trunc(%(span)s, at, 'Asia/Tokyo'), inquirer, provider, '{DENIED}', sum(records)::bigint
FROM network_refusal WHERE at >= %(since)s AND at < %(until)s {_WHERE}
GROUP BY 1, 2, 3
ORDER BY span DESC, inquirer, provider, outcome LIMIT {LISTED}
"""
_DENIED = f"""
SELECT date_trunc(%(span)s, at, 'Asia/Tokyo') AS span, reason, inquirer, provider, duty, procedure, information_code,
       sum(records)::bigint
FROM network_refusal WHERE at >= %(since)s AND at < %(until)s {_WHERE}
GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY span DESC, reason, inquirer, provider, procedure LIMIT {LISTED}
"""
_NOW = """
SELECT outcome, count(*) FROM network_exchange_record WHERE requested_at >= %(since)s GROUP BY 1
"""


def traffic(wish: Wish) -> list[Traffic]:
    """The newest span first; at most `LISTED` rows."""
    return [Traffic(*row) for row in postgres.fetch(ALIAS, _TRAFFIC, _parameters(wish))]


def denied(wish: Wish) -> list[Denied]:
    """Refusals with their reasons, the newest span first; at most `LISTED` rows."""
    return [Denied(*row) for row in postgres.fetch(ALIAS, _DENIED, _parameters(wish))]


def lately(minutes: int = 60) -> dict[str, int]:
    """Exchanges asked for in the last minutes, by outcome as it stands now; every outcome is named."""
    since = clock.now() - timedelta(minutes=minutes)
    found = dict(postgres.fetch(ALIAS, _NOW, {"since": since}))
    refused = postgres.fetch(
        ALIAS, "SELECT coalesce(sum(records), 0) FROM network_refusal WHERE at >= %s", [since]
    )
    return {outcome.value: found.get(outcome.value, 0) for outcome in Outcome} | {DENIED: int(refused[0][0])}


def _parameters(wish: Wish) -> dict[str, object]:
    def begin(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=JAPAN)

    return {
        "span": wish.span.value,
        "since": begin(wish.since),
        "until": begin(wish.until + timedelta(days=1)),
        "inquirer": wish.inquirer,
        "provider": wish.provider,
    }
