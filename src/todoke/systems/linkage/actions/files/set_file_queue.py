"""待ち行列の設定: one queue of an existing system, and how its files are written."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.records.converting.canonical import FileForm
from todoke.systems.linkage.flows import QueueState
from todoke.systems.linkage.models import ExistingSystem, FileQueue
from todoke.systems.linkage.models.file_queue import LIMIT, OverLimit
from todoke.systems.linkage.rules import file_kinds
from todoke.systems.linkage.rules.file_kinds import Direction

ALIAS = "linkage"
NOTICES = "number-notices"
_NOTE_ALL = """
INSERT INTO linkage_numbernotice (system_id, local_number, person_id, event, noted_at)
SELECT system, local_number, person_id, 'linked', %s FROM linkage_localnumber WHERE system = %s ORDER BY local_number
"""


@dataclass(frozen=True, kw_only=True)
class QueueLimits:
    """`records`: in one send. `cut`: more are cut into several sends (only what goes out), else refused."""

    records: int = LIMIT
    cut: bool = False
    keep_days: int = 7


def set_file_queue(
    *,
    system: str,
    direction: Direction,
    kind: str,
    form: FileForm,
    by: Actor,
    limits: QueueLimits = QueueLimits(),
) -> FileQueue:
    """Make a queue, or change how its files are written from now on; numbers go on.

    A first queue of 統合番号の通知 begins with all numbers that the system has already. Errors: NOT_FOUND for an unknown
    system, kind, layout, edition or character set; RECORD_INVALID for a layout that the kind does not come in.
    """
    require(by, Permission.LINKAGE_QUEUE_SET)
    _check(system, direction, kind, form, limits)
    values = {
        "layout": form.layout,
        "edition": form.edition,
        "form": form.form.value,
        "charset": form.charset,
        "profile": form.profile,
        "record_limit": limits.records,
        "over_limit": OverLimit.CUT if limits.cut else OverLimit.REFUSE,
        "keep_days": limits.keep_days,
    }
    fresh = {"state": QueueState.RUNNING, "state_at": clock.now(), "state_by": by.staff_id}
    with transaction.atomic(using=ALIAS):
        queue, created = FileQueue.objects.using(ALIAS).update_or_create(
            system_id=system,
            direction=direction.value,
            kind=kind,
            defaults=values,
            create_defaults={**values, **fresh},
        )
        if created and (direction, kind) == (Direction.OUT, NOTICES):
            with connections[ALIAS].cursor() as cursor:
                cursor.execute(_NOTE_ALL, [clock.now(), system])
        subject = f"queue {queue.name} {form.layout} {form.edition} {form.form.value} {form.charset} limit:{limits.records}"
        record(ALIAS, by=by, verb="linkage:queue:set", subject=subject)
    return queue


def _check(system: str, direction: Direction, kind: str, form: FileForm, limits: QueueLimits) -> None:
    if not ExistingSystem.objects.using(ALIAS).filter(pk=system).exists():
        raise TodokeError(ErrorCode.NOT_FOUND, what=f"既存業務システム {system}")
    form.file_layout(), form.coding()
    layouts = file_kinds.kind(direction, kind).layouts
    if form.layout not in layouts:
        detail = f"この種類のファイルの様式は {'、'.join(layouts)} です"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
    if limits.records < 1 or limits.keep_days < 0 or (limits.cut and direction is Direction.IN):
        detail = "上限は1件以上、保管日数は0日以上です。受け取るファイルは分けられません"
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=detail)
