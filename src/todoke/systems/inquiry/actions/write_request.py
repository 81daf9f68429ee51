"""照会送付ファイルの作成: one planned file, written whole and sealed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import DUTY, PROCEDURE
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.inquiry import codecs
from todoke.systems.inquiry.models import RequestFile

ALIAS = "inquiry"
_QUESTIONS = """
SELECT q.record_id, s.integrated_number, q.provider
FROM inquiry_query q JOIN inquiry_subject s ON s.id = q.subject_id
WHERE q.request_file_id = %s ORDER BY q.record_id
"""


def write_request(*, number: int, out: Path, by: Actor) -> Path:
    """Write the file into `out`/inquiry; the same file again has the same bytes.

    Raises INPUT_CHANGED when a sealed file would come out otherwise.
    """
    require(by, Permission.INQUIRY_OPERATE)
    file = RequestFile.objects.using(ALIAS).get(number=number)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_QUESTIONS, [number])
        questions = cursor.fetchall()
    data = codecs.request_bytes(
        questions,
        municipality=settings.TODOKE_MUNICIPALITY,
        number=number,
        user_id=file.planned_by,
        duty=DUTY,
        procedure=PROCEDURE,
    )
    path = out / "inquiry" / f"request-{number:04d}.dat"
    digest = hashlib.sha256(data).hexdigest()
    if file.sha256 not in (None, digest):
        raise TodokeError(ErrorCode.INPUT_CHANGED, file=path.name)
    _write(path, data)
    with transaction.atomic(using=ALIAS):
        RequestFile.objects.using(ALIAS).filter(number=number).update(path=str(path), sha256=digest)
        subject = f"request {number}"
        record(ALIAS, by=by, verb="inquiry:request:write", subject=subject, persons=file.records)
    return path


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_bytes(data)
    unfinished.replace(path)
