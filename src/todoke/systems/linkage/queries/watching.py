"""Reads of 中間サーバー稼働状況確認: what was seen, what waits here and there, and the same as measures. Never a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from todoke.engine import postgres
from todoke.exchange import metrics, parties
from todoke.exchange.metrics import Gauge
from todoke.exchange.models import Receiver, ReceiverChange
from todoke.systems.linkage.flows import OPEN
from todoke.systems.linkage.models import IntermediaryBacklog, IntermediaryStatus
from todoke.systems.linkage.models.intermediary_status import Seen
from todoke.systems.linkage.queries import codes, file_lists, replicas

ALIAS = "linkage"
_OPEN = """
SELECT q.state, count(*), min(b.submitted_at)
FROM linkage_query q JOIN linkage_querybatch b ON b.batch_id = q.batch_id
WHERE q.state = ANY(%s) GROUP BY q.state
"""


@dataclass(frozen=True, kw_only=True)
class Queue:
    """What waits, where: the city's messages, its queries, or the intermediary's own backlog."""

    where: str
    name: str
    waiting: int
    oldest: datetime | None


def newest() -> IntermediaryStatus | None:
    """What was seen last."""
    return IntermediaryStatus.objects.using(ALIAS).order_by("-id").first()


def history(limit: int = 200) -> list[IntermediaryStatus]:
    """What was seen, the newest first."""
    return list(IntermediaryStatus.objects.using(ALIAS).order_by("-id")[:limit])


def receiver() -> Receiver | None:
    """Whether the city sends to its intermediary now; None before the first message."""
    return Receiver.objects.using(ALIAS).filter(receiver=_platform()).first()


def changes(limit: int = 200) -> list[ReceiverChange]:
    """When sending stopped and went on, the newest first."""
    return list(ReceiverChange.objects.using(ALIAS).filter(receiver=_platform()).order_by("-id")[:limit])


def backlogs() -> list[IntermediaryBacklog]:
    """What waited at the intermediary when it answered last."""
    last = IntermediaryBacklog.objects.using(ALIAS).order_by("-status_id").first()
    return list(last.status.backlogs.order_by("name")) if last else []


def queues() -> list[Queue]:
    """Everything that waits on the way to the intermediary and there, with ages."""
    found = [
        Queue(where="outbox", name=row.contract, waiting=row.count, oldest=row.oldest)
        for row in metrics.waiting(ALIAS)
        if row.receiver == _platform()
    ]
    found += [
        Queue(where="query", name=state, waiting=count, oldest=oldest)
        for state, count, oldest in postgres.fetch(ALIAS, _OPEN, [[state.value for state in OPEN]])
    ]
    found += [
        Queue(where="there", name=row.name, waiting=row.waiting, oldest=row.oldest) for row in backlogs()
    ]
    return found


def gauges() -> list[Gauge]:
    """As measures, for monitoring."""
    last, counted, queries = newest(), codes.counts(), [q for q in queues() if q.where == "query"]
    there = backlogs()
    good = IntermediaryStatus.objects.using(ALIAS).exclude(state__in=[Seen.SILENT, Seen.TROUBLED])
    answered = good.order_by("-checked_at").first()
    oldest = min((q.oldest for q in queries if q.oldest), default=None)
    return [
        _one("todoke_intermediary_up", "1 when it answered the last look", bool(last and last.state not in (Seen.SILENT, Seen.TROUBLED))),
        _one("todoke_intermediary_accepting", "1 when it takes messages", bool(last and last.state == Seen.RUNNING)),
        _age("todoke_intermediary_checked_seconds", "Since the last look", last.checked_at if last else None),
        _age("todoke_intermediary_last_good_seconds", "Since the last good answer", answered.checked_at if answered else None),
        Gauge(
            name="todoke_intermediary_backlog", help="What waits there, as it said",
            values={(("name", row.name),): row.waiting for row in there},
        ),
        Gauge(
            name="todoke_intermediary_backlog_oldest_seconds", help="Age of the oldest there",
            values={(("name", row.name),): metrics.seconds_since(row.oldest) for row in there if row.oldest},
        ),
        Gauge(
            name="todoke_codes", help="Persons by state of their code",
            values={(("state", state.value),): count for state, count in counted.by_state.items()},
        ),
        Gauge(
            name="todoke_codes_failed", help="Failed acquisitions by reason",
            values={(("reason", reason),): count for reason, count in counted.by_reason.items()},
        ),
        _one("todoke_codes_stuck", "Requests older than a day", counted.stuck),
        Gauge(
            name="todoke_queries_open", help="Queries without a result",
            values={(("state", queue.name),): queue.waiting for queue in queries},
        ),
        _age("todoke_query_oldest_seconds", "Since the oldest unanswered query was taken on", oldest),
        *_replicas(),
        *_files(),
    ]  # fmt: skip


def _replicas() -> list[Gauge]:
    """What of the replicas is not yet sent, or sent and not yet answered for, by state of its piece."""
    counts: dict[tuple[tuple[str, str], ...], float] = {
        (("state", state.value),): 0 for state in replicas.BACKLOG
    }
    ages: dict[tuple[tuple[str, str], ...], float] = {}
    for state, rows, oldest in replicas.open_pieces():
        counts[(("state", state),)], ages[(("state", state),)] = rows, metrics.seconds_since(oldest)
    return [
        Gauge(name="todoke_replica_rows_open", help="Rows of replicas not registered yet", values=counts),
        Gauge(name="todoke_replica_oldest_seconds", help="Since the oldest of them came in", values=ages),
    ]


def _files() -> list[Gauge]:
    """Records of files from and to existing systems that wait to be taken or sent."""
    counts: dict[tuple[tuple[str, str], ...], float] = {}
    ages: dict[tuple[tuple[str, str], ...], float] = {}
    for one in file_lists.standings():
        queue = (("queue", one.name),)
        counts[queue] = one.waiting_records
        if one.oldest_at:
            ages[queue] = metrics.seconds_since(one.oldest_at)
    return [
        Gauge(name="todoke_file_records_waiting", help="Records in files that wait, by queue", values=counts),
        Gauge(name="todoke_file_oldest_seconds", help="Since the oldest of them came", values=ages),
    ]


def _one(name: str, text: str, value: bool | int) -> Gauge:
    return Gauge(name=name, help=text, values={(): float(value)})


def _age(name: str, text: str, moment: datetime | None) -> Gauge:
    return Gauge(name=name, help=text, values={(): metrics.seconds_since(moment)} if moment else {})


def _platform() -> str:
    return parties.platform(settings.TODOKE_MUNICIPALITY)
