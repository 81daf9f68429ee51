"""Reads of 符号管理: counts by state, the list of persons, what is to be sent and to be asked after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from todoke.engine import postgres
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.kernel import clock
from todoke.systems.linkage.flows import CodeRequestState

ALIAS = "linkage"
STUCK_AFTER = timedelta(hours=24)
"""A 符号 that has not come by then raises an alarm, and may be asked for again."""

_COUNTS = """
SELECT state, refusal, count(*), count(*) FILTER (WHERE state = 'requested' AND requested_at < %s), min(requested_at)
FROM linkage_coderequest GROUP BY state, refusal ORDER BY state, refusal
"""
_LIST = """
SELECT r.id, r.person_id, r.organisation, r.state, r.refusal, r.attempts, r.requested_at, r.changed_at
FROM linkage_coderequest r WHERE {where} ORDER BY r.changed_at DESC, r.person_id, r.organisation LIMIT %(limit)s
"""
_REQUESTED = """
SELECT person_id FROM linkage_coderequest
WHERE state = 'requested' AND organisation = %s AND person_id > %s ORDER BY person_id LIMIT %s
"""
_ASKING = "SELECT DISTINCT organisation FROM linkage_coderequest WHERE state = 'requested' ORDER BY 1"
_RUN = """
SELECT split_part(message_key, ' ', 2), count(*), count(*) FILTER (WHERE state NOT IN ('wanted', 'again')),
       count(*) FILTER (WHERE state = 'refused'), min(changed_at), max(changed_at)
FROM linkage_coderequest WHERE message_key <> '' GROUP BY 1 ORDER BY max(changed_at) DESC LIMIT %s
"""


@dataclass(frozen=True, kw_only=True)
class CodeCounts:
    """How many acquisitions stand in each state, how many are stuck, and the failed by reason."""

    by_state: Mapping[CodeRequestState, int]
    by_reason: Mapping[str, int]
    stuck: int
    oldest_request: datetime | None


@dataclass(frozen=True, kw_only=True)
class CodeRow:
    """One person's acquisition at one organisation ("": the main one); never a name, a 個人番号 or a 符号."""

    id: int
    person: str
    organisation: str
    state: CodeRequestState
    reason: str
    attempts: int
    requested_at: datetime | None
    changed_at: datetime

    @property
    def stuck(self) -> bool:
        """Whether it waits longer than it should."""
        waits = self.state is CodeRequestState.REQUESTED and self.requested_at is not None
        return waits and clock.now() - (self.requested_at or self.changed_at) > STUCK_AFTER


@dataclass(frozen=True, kw_only=True)
class CodeFilter:
    """Which persons a list shows: by state, reason and age in the state (hours); empty: all."""

    state: str = ""
    reason: str = ""
    hours: int = 0

    def condition(self) -> tuple[str, dict[str, Any]]:
        """A condition over the row `r`, and its values."""
        now = clock.now()
        return (
            "(%(state)s = '' OR r.state = %(state)s) AND (%(reason)s = '' OR r.refusal = %(reason)s)"
            " AND (%(hours)s = 0 OR r.changed_at < %(before)s)",
            {
                "state": self.state,
                "reason": self.reason,
                "hours": self.hours,
                "before": now - timedelta(hours=self.hours),
                "stuck": now - STUCK_AFTER,
            },
        )

    def words(self) -> str:
        """For the log."""
        return " ".join(filter(None, (self.state, self.reason, f"{self.hours}h" if self.hours else "")))


@dataclass(frozen=True, kw_only=True)
class Run:
    """一括要求 as far as it has come."""

    key: str
    chosen: int
    done: int
    refused: int
    begun_at: datetime
    last_at: datetime

    @property
    def finished(self) -> bool:
        """Whether everybody chosen was asked for."""
        return self.done == self.chosen


def counts() -> CodeCounts:
    """Everybody by state."""
    rows = postgres.fetch(ALIAS, _COUNTS, [clock.now() - STUCK_AFTER])
    by_state = dict.fromkeys(CodeRequestState, 0)
    for state, _, count, _, _ in rows:
        by_state[CodeRequestState(state)] += count
    waiting = [oldest for state, _, _, _, oldest in rows if state == "requested" and oldest]
    return CodeCounts(
        by_state=by_state,
        by_reason={reason: count for state, reason, count, _, _ in rows if state == "refused"},
        stuck=sum(stuck for _, _, _, stuck, _ in rows),
        oldest_request=min(waiting, default=None),
    )


def rows(chosen: CodeFilter, *, limit: int) -> list[CodeRow]:
    """The persons of a list, the newest change first."""
    where, values = chosen.condition()
    found = postgres.fetch(ALIAS, _LIST.format(where=where), values | {"limit": limit})
    return [
        CodeRow(
            id=number,
            person=person,
            organisation=organisation,
            state=CodeRequestState(state),
            reason=reason,
            attempts=attempts,
            requested_at=requested_at,
            changed_at=changed_at,
        )
        for number, person, organisation, state, reason, attempts, requested_at, changed_at in found
    ]


def askable(chosen: CodeFilter) -> int:
    """How many of the filter's persons may be asked for again: the failed and the stuck."""
    where, values = chosen.condition()
    may = "(r.state = 'refused' OR r.state = 'requested' AND r.requested_at < %(stuck)s)"
    return int(
        postgres.fetch(ALIAS, f"SELECT count(*) FROM linkage_coderequest r WHERE {may} AND {where}", values)[
            0
        ][0]
    )


def asking() -> list[str]:
    """The organisations of the city to which any 符号 is on its way; "" is the main one."""
    return [organisation for (organisation,) in postgres.fetch(ALIAS, _ASKING)]


def requested(organisation: str, after: str) -> list[str]:
    """The next persons, by number, whose 符号 is on its way to the organisation."""
    values = [organisation, after, RECORD_LIMIT]
    return [person for (person,) in postgres.fetch(ALIAS, _REQUESTED, values)]


def runs(limit: int = 5) -> list[Run]:
    """The newest 一括要求."""
    names = ("key", "chosen", "done", "refused", "begun_at", "last_at")
    return [Run(**dict(zip(names, row, strict=True))) for row in postgres.fetch(ALIAS, _RUN, [limit])]
