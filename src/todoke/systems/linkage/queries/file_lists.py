"""ファイル連携の状況, for the monitor, the command line and the alarms: counts and numbers, never a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q, QuerySet

from todoke.engine import postgres
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.converting.canonical import NO_CHARACTER
from todoke.systems.linkage.flows import QueueState
from todoke.systems.linkage.models import ExchangedFile, FileQueue
from todoke.systems.linkage.rules import file_kinds, file_order

ALIAS = "linkage"
PATIENCE: Final = timedelta(hours=24)
"""A file that waits longer rings the alarm."""

_STANDINGS = """
SELECT q.id, s.title, q.system_id || '/' || q.direction || '/' || q.kind, q.direction, q.kind, q.state, q.state_at,
       q.state_by, q.state_reason, q.next_number, q.record_limit, q.over_limit, q.trouble, q.served_at,
       f.last_number, f.waiting, f.waiting_records, f.oldest_at, f.lowest, f.refused
FROM linkage_filequeue q JOIN linkage_existingsystem s ON s.code = q.system_id
LEFT JOIN LATERAL (
    SELECT max(number) FILTER (WHERE in_order) AS last_number,
           count(*) FILTER (WHERE state IN ('arrived', 'checked', 'taking', 'made', 'sent')) AS waiting,
           coalesce(sum(records) FILTER (WHERE state IN ('arrived', 'checked', 'taking', 'made', 'sent')), 0)::bigint
               AS waiting_records,
           min(arrived_at) FILTER (WHERE state IN ('arrived', 'checked', 'taking', 'made', 'sent')) AS oldest_at,
           min(number) FILTER (WHERE state IN ('arrived', 'checked', 'taking')) AS lowest,
           count(*) FILTER (WHERE state IN ('refused', 'error')) AS refused
    FROM linkage_exchangedfile WHERE queue_id = q.id
) f ON true
ORDER BY s.title, q.direction, q.kind
"""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One queue as it stands."""

    id: int
    system: str
    name: str
    direction: str
    kind: str
    state: str
    state_at: datetime
    state_by: str
    state_reason: str
    next_number: int
    record_limit: int
    over_limit: str
    trouble: str
    served_at: datetime | None
    last_number: int | None
    waiting: int
    waiting_records: int
    oldest_at: datetime | None
    lowest: int | None
    refused: int

    @property
    def title(self) -> str:
        """What the kind is called."""
        return file_kinds.title(self.direction, self.kind)

    @property
    def gap(self) -> int:
        """How many numbers are missing before the first file that waits."""
        return file_order.gap(self.next_number, self.lowest)

    @property
    def hours(self) -> int | None:
        """Full hours that the oldest file has waited."""
        return None if self.oldest_at is None else int((clock.now() - self.oldest_at).total_seconds() // 3600)

    @property
    def alarms(self) -> list[str]:
        """What a person should look into, in words."""
        return list(self.found.values())

    @property
    def found(self) -> dict[str, str]:
        """The same by its kind, which stays while numbers change."""
        return dict(self._alarms())

    def _alarms(self) -> Iterator[tuple[str, str]]:
        if self.oldest_at is not None and clock.now() - self.oldest_at > PATIENCE:
            yield "滞留", f"最も古いファイルが {self.hours} 時間待っています"
        if self.gap:
            last = self.next_number + self.gap - 1
            missing = f"第{self.next_number}号" + (f"～第{last}号" if self.gap > 1 else "")
            yield "欠番", f"{missing}が届いていません"
        if self.waiting_records > self.record_limit:
            limit = f"一回の上限 {self.record_limit:,}"
            yield "件数", f"待っている件数 {self.waiting_records:,} が{limit} を超えています"
        if self.state == QueueState.STOPPED and self.waiting:
            yield "停止", f"停止中に {self.waiting:,} 個のファイルが待っています"
        if self.trouble:
            yield "処理", self.trouble


def standings() -> list[Standing]:
    """Every queue."""
    names = list(Standing.__dataclass_fields__)
    return [Standing(**dict(zip(names, row, strict=True))) for row in postgres.fetch(ALIAS, _STANDINGS)]


def alarms() -> list[tuple[str, str]]:
    """(queue, what is the matter) for everything that a person should look into."""
    return [(standing.name, alarm) for standing in standings() for alarm in standing.alarms]


def queue_named(name: str) -> FileQueue:
    """`residents/in/numbers`; NOT_FOUND."""
    system, direction, kind = (*name.split("/"), "", "", "")[:3]
    found = FileQueue.objects.using(ALIAS).filter(system=system, direction=direction, kind=kind).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"待ち行列 {name}")
    return found


def queue(number: int) -> FileQueue:
    """By its id; NOT_FOUND."""
    found = FileQueue.objects.using(ALIAS).select_related("system").filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="待ち行列")
    return found


def file(number: int) -> ExchangedFile:
    """By its id; NOT_FOUND."""
    files = ExchangedFile.objects.using(ALIAS).select_related("queue__system", "repeats")
    found = files.filter(pk=number).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="連携したファイル")
    return found


def converted(limit: int = 2_000) -> list[ExchangedFile]:
    """Files of every queue whose content was converted, newest first; `lost`: characters the other side does not have."""
    files = ExchangedFile.objects.using(ALIAS).filter(in_order=True).select_related("queue__system")
    lost = Count("faults", filter=Q(faults__rule=NO_CHARACTER))
    return list(files.annotate(lost=lost).order_by("-pk")[:limit])


def files(of: FileQueue) -> QuerySet[ExchangedFile]:
    """Newest first."""
    return ExchangedFile.objects.using(ALIAS).filter(queue=of).select_related("repeats").order_by("-pk")
