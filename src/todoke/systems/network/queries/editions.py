"""Reads for the screens of 照会許可照会リスト and its distribution."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from todoke.access.permissions import Permission
from todoke.contracts.network import ListEntry, RevokedEntry
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.systems.network import queries
from todoke.systems.network.models import ListDraft, ListEdition
from todoke.systems.network.needs import ALIAS
from todoke.systems.network.rules.list_difference import codes

SOON: Final = timedelta(days=7)
"""Before an edition's end the screens say loudly that the next one is due."""

_EDITIONS = """
SELECT e.edition, e.issued_at, e.issued_by, coalesce(e.approved_by, ''), e.valid_until,
       (SELECT count(*) FROM network_list_entry n WHERE n.edition_id = e.edition),
       (SELECT count(*) FROM network_revocation v WHERE v.edition_id = e.edition)
FROM network_list_edition e ORDER BY e.edition DESC
"""
_HOLDERS = """
SELECT o.party, min(o.municipality), coalesce(max(h.known), 0), coalesce(max(h.given), 0), max(h.given_at),
       max(h.known_at), max(h.revocations_at)
FROM network_organisation o LEFT JOIN network_list_holder h ON h.party = o.party
WHERE o.state IN ('registered', 'suspended') GROUP BY o.party ORDER BY o.party
"""
_BULK = """
SELECT (at AT TIME ZONE 'Asia/Tokyo')::date, actor, count(*), sum(persons)::bigint FROM oplog_operation
WHERE verb = %(verb)s AND at >= %(since)s AND outcome = 'done' GROUP BY 1, 2 ORDER BY 1 DESC, 2
"""
_WAITING = """
SELECT organisation, count(*), min(asked_at) FROM network_acquisition GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True)
class Edition:
    """One row of the list of editions."""

    edition: int
    issued_at: datetime
    issued_by: str
    approved_by: str
    valid_until: datetime
    entries: int
    revoked: int


@dataclass(frozen=True)
class Holder:
    """Which edition a party of the network said that it has, and which it was given."""

    party: str
    municipality: str
    known: int
    given: int
    given_at: datetime | None
    known_at: datetime | None
    revocations_at: datetime | None

    @property
    def holds(self) -> int:
        """The newest edition that it must have: it was handed out, or the party named it."""
        return max(self.known, self.given)


@dataclass(frozen=True)
class Standing:
    """An entry of the edition in force, and whether it is revoked."""

    number: int
    entry: ListEntry
    revoked: bool


@dataclass(frozen=True)
class BulkRequests:
    """一括提供 that one party asked for on one day: how many messages, about how many persons."""

    day: date
    party: str
    messages: int
    persons: int


@dataclass(frozen=True)
class Waiting:
    """取得番号 of one organisation whose 符号 have not arrived yet."""

    organisation: str
    count: int
    oldest: datetime


def editions() -> list[Edition]:
    """The newest first."""
    return [Edition(*row) for row in postgres.fetch(ALIAS, _EDITIONS)]


def holders() -> list[Holder]:
    """Every party that an organisation is registered with."""
    return [Holder(*row) for row in postgres.fetch(ALIAS, _HOLDERS)]


def in_force() -> list[Standing]:
    """The entries of the newest edition, numbered from 1 in their order."""
    newest = queries.newest_list()
    if newest is None:
        return []
    gone = set(queries.revoked_entries())
    return [
        Standing(number, entry, codes(entry) in gone)
        for number, entry in enumerate(queries.edition_entries(newest.edition), start=1)
    ]


def left(newest: ListEdition | None) -> timedelta:
    """How long the newest edition still counts; nothing when it does not."""
    return max(newest.valid_until - clock.now(), timedelta()) if newest else timedelta()


def drafts(limit: int = 20) -> list[ListDraft]:
    """The newest drafts first."""
    return list(ListDraft.objects.using(ALIAS).order_by("-id")[:limit])


def brought_back(draft: ListDraft) -> list[RevokedEntry]:
    """Revoked entries of the edition in force that the draft holds again."""
    wanted = {codes(entry) for entry in queries.draft_entries(draft)}
    return [entry for entry in queries.revoked_entries() if entry in wanted]


def bulk_requests() -> list[BulkRequests]:
    """一括提供 of the last 31 days by day and asker, from the operation log; the newest day first."""
    parameters = {"verb": Permission.NETWORK_ATTRIBUTES.value, "since": clock.now() - timedelta(days=31)}
    return [BulkRequests(*row) for row in postgres.fetch(ALIAS, _BULK, parameters)]


def waiting_acquisitions() -> list[Waiting]:
    """符号取得: counts per organisation, no number."""
    return [Waiting(*row) for row in postgres.fetch(ALIAS, _WAITING)]
