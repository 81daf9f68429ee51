"""照会送付ファイルの作成: one planned file, written whole and sealed."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.information import DUTY, PROCEDURE
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.inquiry import codecs, queries
from todoke.systems.inquiry.codecs.editions import Head, questions
from todoke.systems.inquiry.models import RequestFile

ALIAS = "inquiry"


def write_request(*, number: int, out: Path, by: Actor) -> Path:
    """Write the file into `out`/inquiry; the same file again has the same bytes.

    Raises INPUT_CHANGED when a sealed file would come out otherwise.
    """
    require(by, Permission.INQUIRY_OPERATE)
    file = queries.request_file(number)
    made = codecs.edition(file.layout)
    head = Head(
        municipality=settings.TODOKE_MUNICIPALITY,
        number=number,
        user_id=file.planned_by,
        asked_at=file.order.ordered_at,
    )
    asked = questions(
        queries.questions_of(number),
        user_id=head.user_id,
        municipality=head.municipality,
        duty=DUTY,
        procedure=PROCEDURE,
    )
    data = made.write(head, asked)
    path = out / "inquiry" / made.file_name(head)
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
