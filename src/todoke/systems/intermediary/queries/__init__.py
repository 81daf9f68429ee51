"""Reads of 自治体中間サーバー: locks, own permission list, held requests, results, counts, records."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings

from todoke.contracts.exchange_records import COLUMNS, Side
from todoke.contracts.information import Outcome
from todoke.contracts.intermediary import (
    Backlog,
    CodeStanding,
    CodeStandings,
    PlannedPause,
    Provision,
    Result,
    Results,
    ServiceState,
    ServiceStatus,
)
from todoke.contracts.organisations import named
from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.intermediary.codecs import contents, items
from todoke.systems.intermediary.flows import CodeState
from todoke.systems.intermediary.models import ListCopy
from todoke.systems.intermediary.rules import service

LIST_ALLOWS: Final = f"""
EXISTS (
    SELECT FROM intermediary_list_copy_entry e
    WHERE e.edition_id = %(edition)s
      AND {named("e.inquirer", "a.inquirer")} AND {named("e.provider", "a.provider")}
      AND e.duty = a.duty AND e.procedure = a.procedure AND e.information_code = a.information_code
      AND %(today)s >= e.valid_from AND (e.valid_to IS NULL OR %(today)s <= e.valid_to)
      AND NOT EXISTS (
          SELECT FROM intermediary_revocation_copy v
          WHERE a.inquirer = ANY(v.organisations) OR a.provider = ANY(v.organisations)
             OR concat_ws(' ', e.inquirer, e.provider, e.duty, e.procedure, e.information_code) = ANY(v.entries)
      )
)"""
"""Whether the own copies allow the request in row `a` (inquirer, provider, duty …); parameters edition, today.

The copies: that of the list and that of what has been revoked since.
"""


def newest_replica(person: str, when: str = "true") -> str:
    """A LEFT JOIN of the copy `r` that answers for `person` (an expression): that of the newest 年度.

    `r.prohibited`: whether any 年度 of the person says 自動応答不可. Protection outlasts a withdrawn copy.
    """
    return f"""LEFT JOIN LATERAL (
    SELECT e.*, bool_or(e.auto_reply_prohibited) OVER () AS prohibited
    FROM intermediary_replica e WHERE e.integrated_number = {person} AND {when}
    ORDER BY e.fiscal_year DESC LIMIT 1
) r ON true"""


_HELD = """
SELECT c.permit_id, c.record_id, c.inquirer, c.duty, c.received_at, d.decision, d.proposed_by, c.procedure,
       c.requested_at, c.expires_at, EXISTS (
           SELECT FROM intermediary_held_contact n
           WHERE n.permit_id = c.permit_id AND n.law_confirmed AND n.need_confirmed AND n.handling_confirmed
       )
FROM intermediary_provision_case c LEFT JOIN intermediary_held_decision d ON d.permit_id = c.permit_id
WHERE c.outcome = 'held' ORDER BY c.received_at, c.permit_id
"""
_RESULTS = """
SELECT i.sequence, i.record_id, i.outcome, i.error, i.permit_id, a.contents
FROM intermediary_inquiry i LEFT JOIN intermediary_answer a ON a.record_id = i.record_id
WHERE i.sequence > %s ORDER BY i.sequence LIMIT %s
"""
_ANSWERS = f"""
SELECT c.route, c.provider, c.permit_id, c.record_id, c.outcome, c.error, c.provided_at,
       c.integrated_number, r.fiscal_year, r.edition, r.contents
FROM intermediary_provision_case c
{newest_replica("c.integrated_number", "c.outcome = 'answered'")}
WHERE c.permit_id = ANY(%s) ORDER BY c.permit_id
"""
_COUNTS = {
    "codes_requested": "SELECT count(*) FROM intermediary_link_code WHERE state = 'requested'",
    "codes_acquired": "SELECT count(*) FROM intermediary_link_code WHERE state = 'acquired'",
    "codes_failed": "SELECT count(*) FROM intermediary_link_code WHERE state = 'failed'",
    "replicas": "SELECT count(*) FROM intermediary_replica",
    "inquiries": "SELECT count(*) FROM intermediary_inquiry",
    "inquiries_open": "SELECT count(*) FROM intermediary_inquiry WHERE outcome = 'asked'",
    "inquiries_held": "SELECT count(*) FROM intermediary_inquiry WHERE outcome = 'held'",
    "provided": "SELECT count(*) FROM intermediary_provision_case WHERE outcome = 'answered'",
    "held": "SELECT count(*) FROM intermediary_provision_case WHERE outcome = 'held'",
    "list_edition": "SELECT coalesce(max(edition), 0) FROM intermediary_list_copy",
}

_STANDINGS = """
SELECT l.state, coalesce(l.failure, '')
FROM unnest(%s::text[]) WITH ORDINALITY AS asked (number, place)
LEFT JOIN intermediary_link_code l ON l.integrated_number = asked.number AND l.organisation = %s ORDER BY asked.place
"""
_CODE_STANDINGS = {
    CodeState.REQUESTED: CodeStanding.WAITING,
    CodeState.ACQUIRED: CodeStanding.ACQUIRED,
    CodeState.FAILED: CodeStanding.FAILED,
}
_VALID_EDITION = """
SELECT edition FROM (
    SELECT edition, valid_until FROM intermediary_list_copy ORDER BY edition DESC LIMIT 1
) newest
WHERE valid_until > %(now)s AND EXISTS (SELECT FROM intermediary_revocation_copy WHERE valid_until > %(now)s)
"""
_PAUSES = """
SELECT begins_at, ends_at, reason FROM intermediary_service_pause WHERE ends_at > %s ORDER BY begins_at
"""
_BACKLOGS = """
SELECT 'inquiries' AS name, count(*), min(requested_at) FROM intermediary_inquiry WHERE outcome = 'asked'
UNION ALL
SELECT 'codes', count(*), min(requested_at) FROM intermediary_link_code WHERE state = 'requested'
UNION ALL
SELECT 'held', count(*), min(received_at) FROM intermediary_provision_case WHERE outcome = 'held'
UNION ALL
SELECT 'outbox', count(*), min(queued_at) FROM exchange_outbox WHERE state = 'waiting'
"""


@dataclass(frozen=True, kw_only=True)
class Held:
    """One held request, without any person: who asks, for which duty, whether they were asked, what was proposed."""

    permit_id: str
    record_id: str
    inquirer: str
    duty: str
    received_at: datetime
    proposed: str | None
    proposed_by: str | None
    procedure: str
    requested_at: datetime
    expires_at: datetime
    contacted: bool


class DamagedRepliesError(TodokeError):
    """The copies behind these permits do not open, so that nothing can be said from them."""

    def __init__(self, permits: Sequence[str]) -> None:
        super().__init__(ErrorCode.INPUT_CHANGED, file="副本")
        self.permits = list(permits)


def lock_results(alias: str) -> None:
    """Hold the database's one lock for results until commit.

    Sequence numbers drawn under it become visible in their own order: without it a transaction could commit
    number 7 before another commits 6, and a poller that had gone on from 7 would never see 6.
    """
    _lock(alias, "pg_advisory_xact_lock", "results")


def lock_replicas(alias: str, *, exclusive: bool) -> None:
    """Registration (exclusive) never runs while answers are made (shared): flag and items are of one moment."""
    _lock(alias, "pg_advisory_xact_lock" if exclusive else "pg_advisory_xact_lock_shared", "replicas")


def newest_copy(alias: str) -> ListCopy | None:
    """The newest copy of the permission list, valid or not."""
    return ListCopy.objects.using(alias).order_by("-edition").first()


def valid_edition(alias: str) -> int | None:
    """The edition to check against; None (refuse everything) without a copy, when it has run out, or when nobody knows
    what has been revoked since.
    """
    rows, _ = postgres.prepared(alias, _VALID_EDITION, {"now": clock.now()})
    return rows[0][0] if rows else None


def held(alias: str) -> list[Held]:
    """Requests that wait for two officers, oldest first."""
    names = [each.name for each in fields(Held)]
    return [Held(**dict(zip(names, row, strict=True))) for row in postgres.fetch(alias, _HELD)]


def results(alias: str, *, after: int, limit: int) -> Results:
    """Changes numbered above `after`, in order. KEY_WITHDRAWN while their contents cannot be opened."""
    contents.hold_keys(alias)
    rows, _ = postgres.prepared(alias, _RESULTS, [after, limit])
    bound = [items.answer_row(record_id, permit_id) for _, record_id, _, _, permit_id, _ in rows]
    sealed = [row[-1] for row in rows]
    try:
        opened, damaged = items.opened(alias, sealed, bound), frozenset[int]()
    except (
        items.DamagedError
    ) as error:  # each by itself: one answer that was altered must not hold up the others
        damaged = error.places
        readable = [None if place in damaged else text for place, text in enumerate(sealed)]
        opened = items.opened(alias, readable, bound)
    found = [
        Result(sequence, record_id, Outcome.REFUSED, "answer_damaged", ())
        if place in damaged
        else Result(sequence, record_id, Outcome(outcome), error, said)
        for place, ((sequence, record_id, outcome, error, *_), said) in enumerate(
            zip(rows, opened, strict=True)
        )
    ]
    return Results(records=found)


def routed_answers(alias: str, permit_ids: list[str]) -> list[tuple[str, str, Provision]]:
    """(route, organisation, answer) of these cases, items straight from the copies. KEY_WITHDRAWN as `results`."""
    contents.hold_keys(alias)
    rows, _ = postgres.prepared(alias, _ANSWERS, [permit_ids])
    bound = [items.replica_row(person, year, edition) for *_, person, year, edition, _ in rows]
    try:
        opened = items.opened(alias, [row[-1] for row in rows], bound)
    except items.DamagedError as damaged:
        permits = [permit_id for _, _, permit_id, *_ in rows]
        raise DamagedRepliesError([permits[place] for place in sorted(damaged.places)]) from None
    return [
        (route, provider, Provision(permit_id, record_id, Outcome(outcome), error, said, provided_at))
        for (route, provider, permit_id, record_id, outcome, error, provided_at, *_), said in zip(
            rows, opened, strict=True
        )
    ]


def code_standings(alias: str, organisation: str, integrated_numbers: list[str]) -> CodeStandings:
    """How far the acquisition of each 符号 of an organisation came, in the order asked; never the 符号."""
    rows = postgres.fetch(alias, _STANDINGS, [integrated_numbers, organisation])
    standings = [_CODE_STANDINGS.get(state, CodeStanding.UNKNOWN) for state, _ in rows]
    return CodeStandings(standings=standings, reasons=[failure for _, failure in rows])


def service_status(alias: str) -> ServiceStatus:
    """稼働状況 now: state, hours, planned pauses, and what waits."""
    now, hours, pauses = clock.now(), _hours(), _pauses(alias)
    state, opens_at = service.standing(now, hours, pauses)
    backlogs = [Backlog(*row) for row in postgres.fetch(alias, _BACKLOGS)]
    return ServiceStatus(
        state=state, clock=now, hours=str(hours), opens_at=opens_at, pauses=pauses, backlogs=backlogs
    )


def service_state(alias: str) -> ServiceState:
    """Only whether messages are taken now: asked with every message, so nothing is counted."""
    return service.standing(clock.now(), _hours(), _pauses(alias))[0]


def _hours() -> service.Hours:
    return service.hours(settings.TODOKE_SERVICE_HOURS)


def _pauses(alias: str) -> list[PlannedPause]:
    return [PlannedPause(*row) for row in postgres.prepared(alias, _PAUSES, [clock.now()])[0]]


def counts(alias: str) -> dict[str, int]:
    """How things stand, in numbers only."""
    return {name: postgres.fetch(alias, query)[0][0] for name, query in _COUNTS.items()}


def export_records(aliases: list[str], side: Side, out: Path) -> int:
    """One side's exchange records of these municipalities as one CSV, sorted by permit; the number of rows."""
    query = (
        f"SELECT {', '.join(COLUMNS)} FROM intermediary_exchange_record "
        f"WHERE side = '{Side(side).value}' ORDER BY permit_id"
    )
    parts = [out.with_name(f"{out.name}.{alias}") for alias in aliases]
    try:
        count = sum(
            postgres.write_csv(alias, query, part) for alias, part in zip(aliases, parts, strict=True)
        )
        _merge(parts, out)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
    return count


def _merge(parts: list[Path], out: Path) -> None:
    """Sorted files into one; a record is a line and begins with its permit."""
    unfinished = out.with_name(out.name + ".part")
    with ExitStack() as stack, unfinished.open("w", encoding="utf-8") as whole:
        files = [stack.enter_context(part.open(encoding="utf-8")) for part in parts]
        headers = {next(file) for file in files}
        whole.writelines(headers)
        whole.writelines(heapq.merge(*files))
    unfinished.replace(out)


def _lock(alias: str, function: str, name: str) -> None:
    postgres.prepared(alias, f"SELECT {function}(hashtextextended(%s, 0))", [f"intermediary/{name}"])
