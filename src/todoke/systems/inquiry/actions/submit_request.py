"""照会送付ファイルの送付: what the sealed file says, and nothing else, goes to 統合番号連携."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.linkage import Query, QueryReceipt
from todoke.engine import snapshots
from todoke.identifiers.municipality import organisation_code
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.inquiry import codecs, needs, queries
from todoke.systems.inquiry.models import RequestFile

ALIAS = "inquiry"
_RECEIVE = """
UPDATE inquiry_query q
SET state = CASE WHEN r.refusal IS NULL THEN 'asked' ELSE 'rejected' END, error = coalesce(r.refusal, ''),
    state_at = %s, state_by = %s
FROM (SELECT unnest(%s::text[]) AS record_id, unnest(%s::text[]) AS refusal) r
WHERE q.record_id = r.record_id AND q.request_file_id = %s AND q.state = 'drafted'
"""


def submit_request(*, number: int, by: Actor) -> None:
    """Submit one written file as one batch; once submitted it is never submitted otherwise.

    Errors: STATE_CONFLICT when it was not written, INPUT_MISSING or INPUT_CHANGED when it is not as sealed.
    """
    require(by, Permission.INQUIRY_OPERATE)
    file = queries.request_file(number)
    if file.submitted_at is not None:
        return
    if file.path is None or file.sha256 is None:
        raise TodokeError(ErrorCode.STATE_CONFLICT, detail="照会送付ファイルがまだ作成されていません")
    path = snapshots.check(Path(file.path), file.sha256)
    known = queries.questions_of(number)
    asked = codecs.edition(file.layout).read(path.read_bytes(), file=path.name, known=known)
    receipts = needs.submit(file.batch_id, _queries(asked), by=by.staff_id)
    with transaction.atomic(using=ALIAS):
        moment = clock.now()
        _receive(receipts, number, moment, by)
        RequestFile.objects.using(ALIAS).filter(number=number).update(
            submitted_at=moment, submitted_by=by.staff_id
        )
        subject = f"request {number}"
        record(ALIAS, by=by, verb="inquiry:request:submit", subject=subject, persons=file.records)


def _queries(asked: pa.Table) -> list[Query]:
    rows = asked.select(list(Query.__struct_fields__)).to_pylist()
    organisations = {row["provider"]: organisation_code(row["provider"]) for row in rows}
    return [Query(**(row | {"provider": organisations[row["provider"]]})) for row in rows]


def _receive(receipts: list[QueryReceipt], number: int, moment: datetime, by: Actor) -> None:
    ids = [receipt.record_id for receipt in receipts]
    with connections[ALIAS].cursor() as cursor:
        refusals = [receipt.refusal for receipt in receipts]
        cursor.execute(_RECEIVE, [moment, by.staff_id, ids, refusals, number])
