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
SELECT n.id, n.local_number, coalesce(a.person_id, n.person_id), CASE n.event WHEN 'linked' THEN '1' ELSE '2' END,
       (n.noted_at AT TIME ZONE 'Asia/Tokyo')::date::text
FROM linkage_numbernotice n LEFT JOIN linkage_numberalias a ON a.former_id = n.person_id
WHERE n.system_id = %s AND n.file_id IS NULL ORDER BY n.id LIMIT %s FOR UPDATE OF n
"""
# a 統合番号 that was merged away while its notice waited is told as the one that lives
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
