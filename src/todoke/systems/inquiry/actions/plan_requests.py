"""照会送付ファイルの割付: drafted questions into files of at most 10,000, in the order of record ids."""

from __future__ import annotations

from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.oplog.record import record
from todoke.records.layouts.inquiry_request_v2021 import RECORD_LIMIT
from todoke.systems.inquiry import codecs
from todoke.systems.inquiry.rules import layout_uses

ALIAS = "inquiry"
_DRAFTED = """
CREATE TEMPORARY TABLE inquiry_planned ON COMMIT DROP AS
SELECT q.record_id,
       (SELECT coalesce(max(number), 0) FROM inquiry_requestfile)
         + 1 + (row_number() OVER (ORDER BY q.record_id) - 1) / %s AS number
FROM inquiry_query q JOIN inquiry_subject s ON s.id = q.subject_id
WHERE s.order_id = %s AND q.round = %s AND q.state = 'drafted' AND q.request_file_id IS NULL
  AND (q.attempt > 1) = %s
"""
_FILES = """
INSERT INTO inquiry_requestfile (number, order_id, round, again, batch_id, records, planned_by, layout)
SELECT number, %s, %s, %s, %s || '/' || lpad(number::text, 4, '0'), count(*), %s, %s
FROM inquiry_planned GROUP BY number ORDER BY number
"""
_ASSIGN = """
UPDATE inquiry_query q SET request_file_id = p.number FROM inquiry_planned p WHERE p.record_id = q.record_id
"""


def plan_requests(*, order_id: str, round_: int, by: Actor, again: bool = False) -> int:
    """Give every drafted question of that round a file; returns how many questions were placed.

    First questions and those asked `again` never share a file.
    """
    require(by, Permission.INQUIRY_OPERATE)
    layout = codecs.edition(_layout()).name
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('inquiry:plan', 0))")
        cursor.execute(_DRAFTED, [RECORD_LIMIT, order_id, round_, again])
        cursor.execute(_FILES, [order_id, round_, again, order_id, by.staff_id, layout])
        cursor.execute(_ASSIGN)
        placed = int(cursor.rowcount)
        if placed:
            subject = f"order {order_id} round {round_}"
            record(ALIAS, by=by, verb="inquiry:request:plan", subject=subject, persons=placed)
    return placed


def _layout() -> str:
    """The edition in use today, by the instance's own table if it has one."""
    own = settings.TODOKE_KEYS_FOLDER.parent / layout_uses.FILE
    uses = layout_uses.parse(own.read_text(encoding="utf-8")) if own.is_file() else layout_uses.USES
    return layout_uses.layout_on(clock.today(), settings.TODOKE_MUNICIPALITY, uses)
