"""通常と異なる利用の一覧: accesses that somebody should ask about, by rule, for the monthly review by 事務所管課.

The log knows no family and no protected person; the caller brings them (`Relation`, `protected`) and the log compares
keyed indexes. A hit is a question, not an accusation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final

from django.db import connections

from todoke.oplog.events import Kind, verbs_of
from todoke.oplog.person import Person, index

NAME_ONLY: Final = "name-only"
"""How the subject of a search by name alone begins; screens that offer one log it so."""


class Rule(Enum):
    """Why an access is listed."""

    RELATED = "本人・家族・同僚の閲覧"
    PROTECTED = "支援措置対象者の閲覧"
    VOLUME = "一日の閲覧件数が多い"
    OUT_OF_HOURS = "時間外・休日の利用"
    NAME_ONLY = "氏名だけによる検索"
    REFUSED = "拒否が続いている"


@dataclass(frozen=True)
class _Hours:
    first: int
    last: int

    @property
    def outside(self) -> str:
        """SQL: the entry was not written on a weekday between these hours in Japan."""
        there = "(at AT TIME ZONE 'Asia/Tokyo')"
        return (
            f"(extract(isodow FROM {there}) > 5 OR extract(hour FROM {there}) < {self.first}"
            f" OR extract(hour FROM {there}) >= {self.last})"
        )


OFFICE_HOURS: Final = _Hours(7, 21)


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A member of staff and somebody near: `what` says how (本人, 家族, 同僚)."""

    actor: str
    what: str
    persons: Mapping[str, Sequence[Person]]


@dataclass(frozen=True, kw_only=True)
class Unusual:
    """One line of the list: who, by which rule, in which log, how often, from when to when."""

    rule: Rule
    alias: str
    actor: str
    note: str
    count: int
    first: datetime
    last: datetime


def unusual(
    aliases: Sequence[str],
    *,
    since: datetime,
    until: datetime,
    relations: Sequence[Relation] = (),
    protected: Mapping[str, Sequence[Person]] | None = None,
    volume: int = 100,
    refusals: int = 5,
) -> list[Unusual]:
    """Every access of the period that a rule lists; `volume` persons looked at and `refusals` are per person and day."""
    found: list[Unusual] = []
    for alias in aliases:
        look = _Look(alias, since, until)
        found += look.related(relations)
        found += look.protected(protected.get(alias, ()) if protected else ())
        found += look.volume(volume)
        found += look.simple(Rule.OUT_OF_HOURS, f"verb = ANY(%(looks)s) AND {OFFICE_HOURS.outside}")
        found += look.simple(Rule.NAME_ONLY, f"subject LIKE '{NAME_ONLY}%%'")
        found += look.refused(refusals)
    order = list(Rule)
    return sorted(found, key=lambda one: (order.index(one.rule), one.first))


class _Look:
    """One log in one period."""

    def __init__(self, alias: str, since: datetime, until: datetime) -> None:
        self._alias = alias
        looks = verbs_of(Kind.READ) + verbs_of(Kind.OUTPUT)
        self._values: dict[str, Any] = {"since": since, "until": until, "looks": looks}

    def related(self, relations: Sequence[Relation]) -> list[Unusual]:
        """Accesses of staff to somebody near, in one query for all relations."""
        rows = [
            (relation.actor, relation.what, index(self._alias, person))
            for relation in relations
            for person in relation.persons.get(self._alias, ())
        ]
        if not rows:
            return []
        values = {"actors": [r[0] for r in rows], "whats": [r[1] for r in rows], "near": [r[2] for r in rows]}
        source = (
            "oplog_operation AS o JOIN unnest(%(actors)s::text[], %(whats)s::text[], %(near)s::bytea[])"
            " AS r (who, what, near) ON o.actor = r.who AND o.object_index = r.near"
        )
        return self._list(Rule.RELATED, "true", source=source, note="r.what", values=values)

    def protected(self, persons: Sequence[Person]) -> list[Unusual]:
        """Accesses to protected people."""
        if not persons:
            return []
        values = {"protected": [index(self._alias, person) for person in persons]}
        return self._list(Rule.PROTECTED, "object_index = ANY(%(protected)s)", values=values)

    def volume(self, most: int) -> list[Unusual]:
        """Days on which somebody looked at more single persons than usual."""
        condition = "object_index IS NOT NULL AND outcome = 'done'"
        return self._per_day(Rule.VOLUME, condition, "count(DISTINCT object_index)", most)

    def refused(self, most: int) -> list[Unusual]:
        """Days on which somebody was refused again and again."""
        return self._per_day(Rule.REFUSED, "outcome = 'refused'", "count(*)", most)

    def simple(self, rule: Rule, condition: str) -> list[Unusual]:
        """Accesses that meet one condition."""
        return self._list(rule, condition)

    def _per_day(self, rule: Rule, condition: str, measure: str, most: int) -> list[Unusual]:
        day = "(at AT TIME ZONE 'Asia/Tokyo')::date::text"
        having = f"HAVING {measure} > %(most)s"
        return self._list(rule, condition, note=day, measure=measure, having=having, values={"most": most})

    def _list(
        self, rule: Rule, condition: str, *, source: str = "oplog_operation", note: str = "''",
        measure: str = "count(*)", having: str = "", values: Mapping[str, Any] | None = None,
    ) -> list[Unusual]:  # fmt: skip
        statement = (
            f"SELECT actor, {note}, {measure}, min(at), max(at) FROM {source}"
            f" WHERE at >= %(since)s AND at < %(until)s AND {condition} GROUP BY 1, 2 {having}"
        )
        with connections[self._alias].cursor() as cursor:
            cursor.execute(statement, {**self._values, **(values or {})})
            rows = cursor.fetchall()
        return [
            Unusual(rule=rule, alias=self._alias, actor=actor, note=text, count=count, first=first, last=last)
            for actor, text, count, first, last in rows
        ]
