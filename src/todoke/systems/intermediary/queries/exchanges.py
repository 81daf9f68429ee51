"""Lists of 情報照会 and 情報提供, and how a municipality stands: states, record ids, times and counts. Never a person or an item."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, TypeVar

from todoke.engine import postgres
from todoke.systems.intermediary import queries

LISTED: Final = 1_000
"""Rows of a list at most, newest first: the filter narrows it down."""

T = TypeVar("T")
_INQUIRIES: Final = """
SELECT i.record_id, i.provider, i.duty, i.procedure, i.requested_at, i.outcome, i.error,
       r.provided_at, i.sequence IS NOT NULL AND i.sequence <= coalesce(p.after, 0)
FROM intermediary_inquiry i
LEFT JOIN intermediary_exchange_record r ON r.permit_id = i.permit_id AND r.side = 'inquirer'
LEFT JOIN intermediary_result_poll p ON p.id = 1
WHERE (%(outcome)s = '' OR i.outcome = %(outcome)s) AND (%(other)s = '' OR i.provider = %(other)s)
  AND (%(record)s = '' OR i.record_id = %(record)s)
ORDER BY i.requested_at DESC, i.record_id LIMIT %(limit)s
"""
_PROVISIONS: Final = """
SELECT c.record_id, c.inquirer, c.duty, c.procedure, c.received_at, c.outcome, c.error, c.provided_at,
       d.permit_id IS NOT NULL
FROM intermediary_provision_case c LEFT JOIN intermediary_held_decision d ON d.permit_id = c.permit_id
WHERE (%(outcome)s = '' OR c.outcome = %(outcome)s) AND (%(other)s = '' OR c.inquirer = %(other)s)
  AND (%(record)s = '' OR c.record_id = %(record)s)
ORDER BY c.received_at DESC, c.permit_id LIMIT %(limit)s
"""
_INQUIRY_STATES: Final = """
SELECT outcome, count(*), min(requested_at) FROM intermediary_inquiry GROUP BY 1
"""
_PROVISION_STATES: Final = """
SELECT outcome, count(*), min(received_at) FROM intermediary_provision_case GROUP BY 1
"""
_POLL: Final = """
SELECT p.polled_at, (SELECT count(*) FROM intermediary_inquiry i WHERE i.sequence > coalesce(p.after, 0))
FROM (SELECT 1) one LEFT JOIN intermediary_result_poll p ON p.id = 1
"""
_EDITIONS: Final = """
SELECT fiscal_year, count(*), min(registered_at), max(registered_at), max(edition)
FROM intermediary_replica GROUP BY 1 ORDER BY 1 DESC
"""
_TOWN: Final = """
SELECT (SELECT count(*) FROM intermediary_inquiry WHERE outcome = 'asked'),
       (SELECT min(requested_at) FROM intermediary_inquiry WHERE outcome = 'asked'),
       (SELECT count(*) FROM intermediary_provision_case WHERE outcome = 'held'),
       (SELECT min(received_at) FROM intermediary_provision_case WHERE outcome = 'held'),
       (SELECT count(*) FROM exchange_outbox WHERE state = 'waiting'),
       (SELECT min(queued_at) FROM exchange_outbox WHERE state = 'waiting'),
       (SELECT count(*) FROM intermediary_replica),
       (SELECT max(registered_at) FROM intermediary_replica)
"""


@dataclass(frozen=True, kw_only=True)
class InquiryRow:
    """One 情報照会 of this municipality. `settled_at`: when the provider held or answered it; None while it is asked."""

    record_id: str
    other: str
    duty: str
    procedure: str
    at: datetime
    outcome: str
    error: str
    settled_at: datetime | None
    taken: bool


@dataclass(frozen=True, kw_only=True)
class ProvisionRow:
    """One 情報提供 by this municipality. `decided`: by two officers, since it was held."""

    record_id: str
    other: str
    duty: str
    procedure: str
    at: datetime
    outcome: str
    error: str
    settled_at: datetime
    decided: bool


@dataclass(frozen=True, kw_only=True)
class StateCount:
    """How many stand in a state, and since when the oldest of them."""

    outcome: str
    count: int
    oldest: datetime


@dataclass(frozen=True, kw_only=True)
class Poll:
    """When the city last took results away, and how many results wait for it."""

    polled_at: datetime | None
    waiting: int


@dataclass(frozen=True, kw_only=True)
class Edition:
    """The 副本 of one 年度: how many, registered between when and when, and the newest edition number."""

    fiscal_year: int
    count: int
    oldest: datetime
    newest: datetime
    edition: int


@dataclass(frozen=True, kw_only=True)
class Town:
    """What waits in one municipality's intermediary."""

    asked: int
    asked_oldest: datetime | None
    held: int
    held_oldest: datetime | None
    outbox: int
    outbox_oldest: datetime | None
    replicas: int
    replicas_newest: datetime | None


def inquiries(alias: str, *, outcome: str = "", other: str = "", record: str = "") -> list[InquiryRow]:
    """Newest first; empty words filter nothing."""
    wanted = {"outcome": outcome, "other": other, "record": record, "limit": LISTED}
    return _as(InquiryRow, postgres.fetch(alias, _INQUIRIES, wanted))


def provisions(alias: str, *, outcome: str = "", other: str = "", record: str = "") -> list[ProvisionRow]:
    """Newest first; empty words filter nothing."""
    wanted = {"outcome": outcome, "other": other, "record": record, "limit": LISTED}
    return _as(ProvisionRow, postgres.fetch(alias, _PROVISIONS, wanted))


def inquiry_states(alias: str) -> list[StateCount]:
    """情報照会 by state."""
    return _as(StateCount, postgres.fetch(alias, _INQUIRY_STATES))


def provision_states(alias: str) -> list[StateCount]:
    """情報提供 by state."""
    return _as(StateCount, postgres.fetch(alias, _PROVISION_STATES))


def poll(alias: str) -> Poll:
    """結果の引取り."""
    return _as(Poll, postgres.fetch(alias, _POLL))[0]


def editions(alias: str) -> list[Edition]:
    """副本 by 年度, newest first: how stale they are."""
    return _as(Edition, postgres.fetch(alias, _EDITIONS))


def town(alias: str) -> Town:
    """What waits, in one look."""
    return _as(Town, postgres.fetch(alias, _TOWN))[0]


def list_ends(alias: str) -> tuple[int, datetime] | None:
    """The newest copy of the permission list, and until when it counts."""
    copy = queries.newest_copy(alias)
    return (copy.edition, copy.valid_until) if copy else None


def _as(kind: type[T], rows: list[tuple[Any, ...]]) -> list[T]:
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]
    return [kind(**dict(zip(names, row, strict=True))) for row in rows]
