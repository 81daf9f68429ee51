"""監査の帳票: everybody who looked at one resident, and the self-inspection sheet (自己点検票).

Like `search` they only read; the caller checks the permission and logs the look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections

from todoke.oplog.events import Kind, verbs_of
from todoke.oplog.person import Person
from todoke.oplog.search import Criteria, conditions
from todoke.oplog.unusual import OFFICE_HOURS


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """One member of staff who dealt with the person: where, with which events, how often, first and last."""

    alias: str
    actor: str
    organisation: str
    verbs: tuple[str, ...]
    purposes: tuple[str, ...]
    count: int
    first: datetime
    last: datetime


def viewers(
    persons: Mapping[str, Sequence[Person]], *, since: datetime | None = None, until: datetime | None = None
) -> list[Viewer]:
    """Everybody who looked at or changed one person; `persons` as in `Criteria`. Newest first.

    Entries about many people at once name no person: such jobs are found by period and event instead.
    """
    found = []
    for alias in persons:
        where, values = conditions(alias, Criteria(persons=persons, since=since, until=until))
        statement = (
            "SELECT actor, max(organisation), array_agg(DISTINCT verb), array_agg(DISTINCT purpose), count(*),"
            f" min(at), max(at) FROM oplog_operation WHERE {' AND '.join(where)} GROUP BY actor"
        )
        for actor, organisation, verbs, purposes, count, first, last in _fetch(alias, statement, values):
            found.append(
                Viewer(
                    alias=alias,
                    actor=actor,
                    organisation=organisation,
                    verbs=tuple(verbs),
                    purposes=tuple(purpose for purpose in purposes if purpose),
                    count=count,
                    first=first,
                    last=last,
                )
            )
    return sorted(found, key=lambda viewer: viewer.last, reverse=True)


@dataclass(frozen=True, kw_only=True)
class InspectionLine:
    """One line of the sheet: the question, the part of the PIA it comes from, and what the log says."""

    question: str
    source: str
    found: int
    clean: bool | None  # None: a figure, no judgement


_SHEET = (
    ("サインインの件数", "III.3 リスク2", "verb = 'access:session:begin' AND outcome = 'done'", None),
    ("拒否されたサインインの件数", "III.3 リスク2", "verb = 'access:session:begin' AND outcome <> 'done'", None),
    ("共用の疑い（同じ職員IDの二重利用など）の警報", "III.3 リスク2", "verb = 'access:alarm:ring'", True),
    ("権限のない操作が拒否された件数", "III.3 リスク1", "outcome = 'refused'", None),
    ("権限の設定・確認の件数", "III.3 リスク2", "verb = ANY(%(rights)s)", None),
    ("目的が書かれていない閲覧の件数", "III.3 リスク3", "verb = ANY(%(reads)s) AND purpose = ''", True),
    ("時間外・休日の閲覧と出力の件数", "III.3 リスク3", "verb = ANY(%(looks)s) AND {out_of_hours}", True),
    ("出力・印刷の件数", "III.3 リスク4", "verb = ANY(%(outputs)s) AND outcome = 'done'", None),
    ("記録の閲覧の件数", "III.3 その他", "verb = 'oplog:entry:read'", None),
    ("記録の検証の件数", "III.3 その他", "verb = 'oplog:log:verify'", False),
    ("証人に拒まれたチェックポイントの件数", "III.3 その他", "verb = 'oplog:checkpoint:refused'", True),
)  # fmt: skip


def inspection_sheet(aliases: Sequence[str], *, since: datetime, until: datetime) -> list[InspectionLine]:
    """自己点検票: what the logs of a period say to each question. One pass over each log."""
    values = {
        "reads": verbs_of(Kind.READ),
        "outputs": verbs_of(Kind.OUTPUT),
        "looks": verbs_of(Kind.READ) + verbs_of(Kind.OUTPUT),
        "rights": verbs_of(Kind.RIGHTS),
        "since": since,
        "until": until,
    }
    counts = ", ".join(
        f"count(*) FILTER (WHERE {condition.format(out_of_hours=OFFICE_HOURS.outside)})"
        for _, _, condition, _ in _SHEET
    )
    statement = f"SELECT {counts} FROM oplog_operation WHERE at >= %(since)s AND at < %(until)s"
    rows = [_fetch(alias, statement, values)[0] for alias in aliases]
    totals = [sum(column) for column in zip(*rows, strict=True)] if rows else [0] * len(_SHEET)
    lines = []
    for (question, source, _, wanted_none), total in zip(_SHEET, totals, strict=True):
        # True: there should be none; False: there should be some
        clean = None if wanted_none is None else (total == 0) is wanted_none
        lines.append(InspectionLine(question=question, source=source, found=total, clean=clean))
    return lines


def _fetch(alias: str, statement: str, values: list[Any] | dict[str, Any]) -> list[Any]:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
