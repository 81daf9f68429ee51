"""統合番号の通知: an existing system is told the 統合番号 of its own numbers when they get one or another one."""

from __future__ import annotations

import pyarrow as pa
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.systems.linkage.actions.files.make_files import make_files
from todoke.systems.linkage.actions.files.set_file_queue import NOTICES
from todoke.systems.linkage.models import ExchangedFile, FileQueue
from todoke.systems.linkage.models.file_queue import OverLimit
from todoke.systems.linkage.rules import file_kinds

ALIAS = "linkage"
KIND = file_kinds.gives(NOTICES, title="統合番号の通知", layouts=("number_notices", "number_notices_host"))
_WAITING = """
SELECT id, local_number, person_id, CASE event WHEN 'linked' THEN '1' ELSE '2' END, (noted_at AT TIME ZONE 'Asia/Tokyo')::date::text
FROM linkage_numbernotice WHERE system_id = %s AND file_id IS NULL ORDER BY id LIMIT %s FOR UPDATE
"""
_NOTE = "UPDATE linkage_numbernotice SET file_id = %s WHERE id = ANY(%s)"
_COLUMNS = ("local_number", "integrated_number", "event", "noted_on")


def notify_numbers(*, queue: FileQueue, by: Actor) -> int:
    """One send of what the system does not know yet, in the order in which it happened; how many numbers.

    RECORD_INVALID where more wait than one send holds and the queue does not cut.
    """
    require(by, Permission.LINKAGE_FILE_RUN)
    limit = queue.record_limit + (queue.over_limit != OverLimit.CUT)
    with transaction.atomic(using=ALIAS):
        rows = postgres.fetch(ALIAS, _WAITING, [queue.system_id, limit])
        if not rows:
            return 0
        ids, *columns = zip(*rows, strict=True)
        table = pa.table(
            {name: pa.array(column, pa.string()) for name, column in zip(_COLUMNS, columns, strict=True)}
        )

        def note(file: ExchangedFile, begin: int, count: int) -> None:
            with connections[ALIAS].cursor() as cursor:
                cursor.execute(_NOTE, [file.pk, list(ids[begin : begin + count])])

        make_files(queue=queue, rows=table, by=by, note=note)
    return len(rows)
