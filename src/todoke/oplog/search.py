"""記録の検索: by staff, person, period, event and outcome, newest first, page by page, over several logs at once.

These functions only read. Whoever calls them checks the permission and logs the look (`sites.log_actions`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connections

from todoke.oplog.person import Person, index

_COLUMNS = (
    "at", "id", "actor", "organisation", "session_id", "terminal", "duty", "purpose", "verb", "subject", "persons",
    "object_type", "outcome", "permit_id",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Logged:
    """One entry as it is shown, and in which log (alias) it stands."""

    alias: str
    id: int
    at: datetime
    actor: str
    organisation: str
    session_id: str
    terminal: str
    duty: str
    purpose: str
    verb: str
    subject: str
    persons: int
    object_type: str
    outcome: str
    permit_id: str

    @property
    def key(self) -> tuple[datetime, str, int]:
        """Where it stands in the order of all logs; the next page begins behind it."""
        return self.at, self.alias, self.id


@dataclass(frozen=True, kw_only=True)
class Criteria:
    """What is searched for; what is left out does not matter.

    `persons`: by alias, the identifiers under which that system knows the one person; a log that is not named there
    is then not searched. `since` (inclusive) and `until` (exclusive) let PostgreSQL skip the other months.
    """

    actor: str = ""
    verbs: Sequence[str] = ()
    outcome: str = ""
    terminal: str = ""
    since: datetime | None = None
    until: datetime | None = None
    persons: Mapping[str, Sequence[Person]] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """Entries, newest first, and the key to ask for the next page with (None: there is none)."""

    entries: list[Logged]
    following: tuple[datetime, str, int] | None


def search(
    aliases: Sequence[str],
    criteria: Criteria,
    *,
    after: tuple[datetime, str, int] | None = None,
    limit: int = 50,
) -> Page:
    """One page of the entries that meet the criteria."""
    found = []
    for alias in aliases:
        if not criteria.persons or alias in criteria.persons:
            found += _one_log(alias, criteria, after, limit + 1)
    found.sort(key=lambda entry: entry.key, reverse=True)
    shown = found[:limit]
    return Page(shown, shown[-1].key if len(found) > limit else None)


def conditions(alias: str, criteria: Criteria) -> tuple[list[str], list[Any]]:
    """The criteria as SQL conditions on the log of one database, with their values."""
    where, values = ["true"], []
    for column in ("actor", "outcome", "terminal"):
        if wanted := getattr(criteria, column):
            where.append(f"{column} = %s")
            values.append(wanted)
    if criteria.verbs:
        where.append("verb = ANY(%s)")
        values.append(list(criteria.verbs))
    for condition, moment in (("at >= %s", criteria.since), ("at < %s", criteria.until)):
        if moment is not None:
            where.append(condition)
            values.append(moment)
    if criteria.persons:
        where.append("object_index = ANY(%s)")
        values.append([index(alias, person) for person in criteria.persons.get(alias, ())])
    return where, values


def _one_log(
    alias: str, criteria: Criteria, after: tuple[datetime, str, int] | None, limit: int
) -> list[Logged]:
    where, values = conditions(alias, criteria)
    if after is not None:
        at, other, number = after
        if alias == other:
            where.append("(at, id) < (%s, %s)")
            values += [at, number]
        else:  # of entries of the same microsecond those of the alias that sorts first come later
            where.append("at <= %s" if alias < other else "at < %s")
            values.append(at)
    statement = (
        f"SELECT {', '.join(_COLUMNS)} FROM oplog_operation WHERE {' AND '.join(where)}"
        " ORDER BY at DESC, id DESC LIMIT %s"
    )
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, [*values, limit])
        return [Logged(alias=alias, **dict(zip(_COLUMNS, row, strict=True))) for row in cursor.fetchall()]
