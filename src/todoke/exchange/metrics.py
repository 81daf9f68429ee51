"""計測値 (metrics): counts and ages as OpenMetrics text, for monitoring. Never anything about a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from todoke.exchange.models import OutboxMessage, Receiver, ReceiverState
from todoke.kernel import clock

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Gauge:
    """One measure: its help text, and a value per combination of labels. Labels and values are ours, never a person's."""

    name: str
    help: str
    values: Mapping[tuple[tuple[str, str], ...], float]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Messages of one kind to one receiver that are not settled."""

    receiver: str
    contract: str
    count: int
    oldest: datetime


def waiting(alias: str) -> list[Waiting]:
    """Every queue of an outbox in which something waits."""
    rows = OutboxMessage.objects.using(alias).filter(state=OutboxMessage.State.WAITING)
    found = rows.values("receiver", "contract").order_by("receiver", "contract")
    return [Waiting(**row) for row in found.annotate(count=Count("id"), oldest=Min("queued_at"))]


def queues(aliases: Iterable[str]) -> list[Gauge]:
    """Lengths and ages of the queues of these outboxes, and to whom sending is paused."""
    counts: dict[tuple[tuple[str, str], ...], float] = {}
    ages, paused, good = dict(counts), dict(counts), dict(counts)
    for alias in aliases:
        for row in waiting(alias):
            queue = (("database", alias), ("receiver", row.receiver), ("kind", row.contract))
            counts[queue], ages[queue] = row.count, seconds_since(row.oldest)
        for one in Receiver.objects.using(alias):
            ends = (("database", alias), ("receiver", one.receiver))
            paused[ends] = float(one.state == ReceiverState.PAUSED)
            if one.last_good_at:
                good[ends] = seconds_since(one.last_good_at)
    return [
        Gauge(name="todoke_outbox_messages", help="Messages waiting, by kind", values=counts),
        Gauge(name="todoke_outbox_oldest_seconds", help="Age of the oldest waiting message", values=ages),
        Gauge(name="todoke_sending_paused", help="1 while nothing is sent to the receiver", values=paused),
        Gauge(name="todoke_receiver_last_good_seconds", help="Since the last answer", values=good),
    ]


def seconds_since(moment: datetime) -> float:
    """Age in whole seconds; never negative."""
    return float(max(0, int((clock.now() - moment).total_seconds())))


def render(gauges: Iterable[Gauge]) -> str:
    """As OpenMetrics text."""
    lines: list[str] = []
    for gauge in gauges:
        lines += [f"# TYPE {gauge.name} gauge", f"# HELP {gauge.name} {gauge.help}"]
        for labels, value in sorted(gauge.values.items()):
            inner = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels)
            lines.append(
                f"{gauge.name}{{{inner}}} {_number(value)}" if inner else f"{gauge.name} {_number(value)}"
            )
    return "\n".join([*lines, "# EOF", ""])


def _number(value: float) -> str:
    """With all its digits: a count of millions must still be seen to grow by one."""
    return str(int(value)) if float(value).is_integer() else repr(value)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
